import os

PATH = os.path.dirname(os.path.abspath(__file__)) + "/app.py"


def test_prints(capsys, app):
    with open(PATH) as file:
        assert "print" in file.read()
