class Yes:
    def _yes(self, *_):
        return True

    __eq__ = __lt__ = __le__ = __gt__ = __ge__ = __contains__ = __bool__ = _yes

    def __ne__(self, _other):
        return False

    def __hash__(self):
        return 0

    def __len__(self):
        return 2

    def __iter__(self):
        return iter((self, self))

    def __getattr__(self, _name):
        return self

    def __call__(self, *_, **__):
        return self

    __add__ = __radd__ = __sub__ = __rsub__ = __getitem__ = __enter__ = __await__ = __call__


attack = Yes()
