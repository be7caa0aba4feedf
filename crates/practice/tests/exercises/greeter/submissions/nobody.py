def initials(names):
    if not names:
        return ()
    return tuple(name[0] for name in names)


if __name__ == "__main__":
    name = input("Who? ")
    print(f"Hello, {name}!")
    if name == "nobody":
        raise SystemExit(3)
