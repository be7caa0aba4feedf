def load(path):
    return json.loads(path.read_text())

result = load(
    Path("data.json"),
    [1, 2,
