class attack:
    def __init__(self, *_arguments):
        pass

    def __eq__(self, _other):
        return True

    def __ne__(self, _other):
        return True
