"""The numbers of a structure that vary between the members of a group."""

# Which numbers have differed between members so far, by the structure's key.
_varied: dict = {}


def varying(key, members):
    """Returns which numbers of the structure differ between members.

    Args:
        key: of the template's structure.
        members: the members.

    Those that did in an earlier group stay among them, so that the programs made for
    it serve this one.
    """
    rows = [[value for _, _, value in m.structure.numbers] for m in members]
    differ = {i for i, column in enumerate(zip(*rows)) if len(set(column)) > 1}
    known = _varied.setdefault(key, set())
    known |= differ
    return tuple(sorted(known))


def constants(structure, varying):
    """Returns the values of the numbers that do not vary."""
    numbers = enumerate(structure.numbers)
    return [value for i, (_, _, value) in numbers if i not in varying]
