def solve(numbers: list[int]) -> int:
    ...  # TODO
    <your code>


class Cache: ...
async def fetch(...): ...
