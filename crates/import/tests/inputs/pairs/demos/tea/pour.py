"""How tea is poured."""

print("tea")
