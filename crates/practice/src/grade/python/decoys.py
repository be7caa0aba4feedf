"""Objects that a test did not ask for, so that nobody can equal the right one without knowing which it is.

Whoever says "what I am compared with first is what I am" passes `assertEqual(cards.best(hand), Card(5))` without looking
at the hand. So where a test makes an object of the learner's to be compared with, others are made beside it, of what the
tests make elsewhere and the reference holds for unequal; and all are compared, in an order that the tests' texts decide.
"""
import json
import random

from etude_values import Keywords

_MARK = "made "
_MOST_LENGTH = 300
# So many of a class are remembered while the reference runs, and so many are made beside each.
_MOST_MADE = 40
_MOST_OTHERS = 8
_BESIDE = 3


def _word(arguments, named):
    """What an object is made from, if that is plain and short."""
    try:
        word = json.dumps([arguments, named], sort_keys=True, allow_nan=False)
    except (TypeError, ValueError, RecursionError):
        return None
    # Tuples come back as lists, and keys as text: only what stays itself can be used again.
    return word if len(word) <= _MOST_LENGTH and json.loads(word) == [list(arguments), named] else None


def _others(word):
    """What the tests could have made as well: the same with one part changed."""
    arguments, named = json.loads(word)
    for place, part in enumerate(arguments):
        if type(part) in (int, float, str):
            for change in (1, 2) if type(part) is not str else ("a", "b"):
                other = _word([*arguments[:place], part + change, *arguments[place + 1 :]], named)
                if other is not None:
                    yield other


class Decoys:
    """A part of the judge's; `self.profile` is None while the reference runs."""

    def start_decoys(self, texts):
        self.order = random.Random("".join(texts))
        self.class_names = {}
        # While recording: by the name of a class, the class, and what was made and compared, with the tests that did.
        self.compared = {}
        # By the name of a class: what to make, the number of those that are equal, and the tests that compare it.
        self.choice = {}
        for entry in self.profile or ():
            if entry.startswith(_MARK):
                name, group, word, tests = json.loads(entry[len(_MARK) :])
                self.choice.setdefault(name, {})[word] = group, tests
        # Of the test that runs, by the number of an object: what it was made from, and what was made beside it.
        self.made = {}

    def make(self, kind, arguments, named):
        """An object for a test, among others of its class."""
        word = _word(arguments, named)
        choice = self.choice.get(self.class_name(kind), {})
        group, tests = choice.get(word, (None, ()))
        others = sorted(other for other in choice if choice[other][0] != group) if self.test in tests else []
        beside = self.order.sample(others, min(_BESIDE, len(others)))
        place = self.order.randint(0, len(beside))
        decoys = [self._decoy(kind, other) for other in beside[:place]]
        made = self.ask("call", kind, arguments, Keywords(named))
        decoys += [self._decoy(kind, other) for other in beside[place:]]
        if word is not None and hasattr(made, "_number"):
            self.made[made._number] = made, kind, word, [one for one in decoys if one is not None]
        return made

    def _decoy(self, kind, word):
        arguments, named = json.loads(word)
        try:
            # No answer to the test: it has no place among those.
            return super().ask("call", kind, tuple(arguments), Keywords(named))
        except Exception:
            return None

    def equals(self, one, other):
        """Whether the learner's side says that two of its objects are equal, one of them perhaps made by the test."""
        mine, theirs = (self.made.get(getattr(it, "_number", None)) for it in (one, other))
        if (mine is None) == (theirs is None):
            return self.ask("operate", one, "__eq__", (other,))
        _, kind, word, decoys = mine or theirs
        if self.profile is None:
            self._remember(kind, word)
        answers = {}
        for decoy in self.order.sample([None, *decoys], 1 + len(decoys)):
            pair = (one, other) if decoy is None else (decoy, other) if mine else (one, decoy)
            try:
                answers[decoy] = self.ask("operate", pair[0], "__eq__", (pair[1],))
            except Exception:
                if decoy is None:
                    raise
        answer = answers.pop(None)
        if answer is True and True in answers.values():
            self.refuse("an object of `%s` equals several that are not equal to each other" % kind.__name__)
        return answer

    def class_name(self, kind):
        """What the tests call it, whatever it calls itself."""
        return self.class_names.get(kind, kind.__name__)

    def _remember(self, kind, word):
        words = self.compared.setdefault(self.class_name(kind), (kind, {}))[1]
        if word in words or len(words) < _MOST_MADE:
            words.setdefault(word, set()).add(self.test)

    def record_decoys(self):
        """After the reference's tests: which of the objects they made are equal, by its own equality."""
        for name, (kind, words) in self.compared.items():
            groups = []
            for word in [*words, *[other for word in words for other in _others(word)][:_MOST_OTHERS]]:
                made = self._decoy(kind, word)
                if made is None:
                    continue
                group = next((n for n, (first, _) in enumerate(groups) if self._equal(first, made)), len(groups))
                if group == len(groups):
                    groups.append((made, []))
                groups[group][1].append(word)
            for group, (_, equal) in enumerate(groups):
                for word in equal if len(groups) > 1 else ():
                    self.recorded.add(_MARK + json.dumps([name, group, word, sorted(words.get(word, ()))]))

    def _equal(self, one, other):
        # What cannot be told apart is no decoy of the other.
        try:
            return self.ask("operate", one, "__eq__", (other,)) is not False
        except Exception:
            return True
