name = "Ada"
print(f"Hello, {name}")
text = """
This never ends
def f(): pass
