pip install fastapi
$ uvicorn main:app --reload
