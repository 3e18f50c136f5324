"""The cases whose outcome in Keras is kept in `golden.json`.

A case names a layer, its arguments, the methods called on it, and inputs. It must
consist of what JSON can hold: arrays are `{"array": nested list, "dtype": name}`.
"""

import itertools

WORDS = ["earth", "wind", "and", "fire"]
WORD_INPUTS = [
    ["earth", "michigan", "", "fire"],
    [["earth", "wind", "wind"], ["fire", "ohio", ""]],
    [["earth"], ["?"], ["and"]],
    "wind",
    {"array": [["wind", "texas"], ["earth", "earth"]], "dtype": "str"},
    {"array": ["wind", "texas", "", "é日本"], "dtype": "object"},
]
DOCUMENTS = [
    [["earth", "wind", "and", "fire"], ["fire", "and", "earth", "michigan"]],
    ["b", "a", "b", "c", "c", "b", "é", "Z", "", "[UNK]", "日本", "a"],
]
INTEGERS = [12, 36, 1138, 42]
INTEGER_INPUTS = [
    [12, 1138, -7, 0, 42],
    [[12, 1138, 36], [42, 1000, 36]],
    [[12], [7], [8], [9]],
    36,
    {"array": [[2**40, 12], [-1, 36]], "dtype": "int64"},
]
TEXTS = [
    "Earth, wind & fire!",
    "fire and  EARTH \t michigan's",
    "",
    "Ça été; 日本語 [brackets] under_score\n\u00a0nbsp",
]
MODES = ["int", "one_hot", "multi_hot", "count", "tf_idf"]


def case(layer, kwargs=None, calls=(), inputs=()):
    return {
        "layer": layer,
        "kwargs": kwargs or {},
        "calls": [list(c) for c in calls],
        "inputs": list(inputs),
    }


def lookups(layer, vocabulary, inputs, masks, adapted):
    modes_and_masks = itertools.product(MODES, masks, [0, 1, 2, 3])
    for mode, mask, oov in modes_and_masks:
        kwargs = {"output_mode": mode, "mask_token": mask, "num_oov_indices": oov}
        given = {"vocabulary": vocabulary, **kwargs}
        if mode == "tf_idf":
            given["idf_weights"] = [0.25, 0.75, 0.5, 1.5]
        known = inputs if oov else [vocabulary, [vocabulary[:2]]]
        yield case(layer, given, inputs=known)
        for data in adapted:
            yield case(layer, kwargs, [("adapt", data)], inputs if oov else [data])
    for mode, max_tokens, pad in itertools.product(MODES, [3, 5, 9], [False, True]):
        kwargs = {"output_mode": mode, "max_tokens": max_tokens}
        kwargs["pad_to_max_tokens"] = pad
        yield case(layer, kwargs, [("adapt", adapted[-1])], inputs[:3])
    for data in adapted:
        for mask in masks:
            kwargs = {"invert": True, "mask_token": mask}
            yield case(layer, kwargs, [("adapt", data)], [[[0, 1, 2], [3, 4, 99]]])


def lookup_errors(layer, vocabulary):
    arguments = [
        {"max_tokens": 1},
        {"max_tokens": 0},
        {"pad_to_max_tokens": True},
        {"num_oov_indices": -1},
        {"output_mode": "hot"},
        {"invert": True, "output_mode": "count"},
        {"sparse": True},
        {"idf_weights": [1.0], "output_mode": "int"},
        {"vocabulary": vocabulary, "output_mode": "tf_idf"},
        {"vocabulary": vocabulary * 2},
        {"vocabulary": []},
        {"vocabulary": vocabulary, "max_tokens": 3},
        {"vocabulary": "/no/such/file.txt"},
        {"salt": [1, 2, 3], "num_oov_indices": 2},
        {"salt": "x", "num_oov_indices": 2},
        {"nonsense": 1},
        {"vocabulary": vocabulary, "output_mode": "tf_idf", "idf_weights": [1.0]},
        {
            "vocabulary": vocabulary,
            "output_mode": "tf_idf",
            "idf_weights": [[1.0], [1.0], [1.0], [1.0]],
        },
    ]
    for kwargs in arguments:
        yield case(layer, kwargs)
    yield case(layer, {"vocabulary": vocabulary}, [("adapt", vocabulary)])
    yield case(layer, {"output_mode": "count"}, inputs=[vocabulary])
    yield case(layer, {}, [("set_vocabulary", vocabulary, [1.0] * 4)])
    yield case(layer, {"output_mode": "tf_idf"}, [("set_vocabulary", vocabulary)])
    grown = [("set_vocabulary", vocabulary), ("set_vocabulary", vocabulary[:2])]
    for mode in ("int", "count"):
        yield case(layer, {"output_mode": mode}, grown, [vocabulary])
    yield case(layer, {"num_oov_indices": 0}, [("set_vocabulary", vocabulary[:2])])


def string_lookups():
    yield from lookups("StringLookup", WORDS, WORD_INPUTS, [None, ""], DOCUMENTS)
    yield from lookup_errors("StringLookup", WORDS)
    for salt in (None, 5, [133, 137]):
        kwargs = {"vocabulary": WORDS, "num_oov_indices": 7, "salt": salt}
        yield case("StringLookup", kwargs, inputs=WORD_INPUTS)
    special = [
        {"vocabulary": ["[UNK]", *WORDS]},
        {"vocabulary": ["", "[UNK]", *WORDS], "mask_token": ""},
        {"vocabulary": ["[UNK]", "", *WORDS], "mask_token": ""},
        {"vocabulary": [*WORDS, ""], "mask_token": ""},
        {"vocabulary": [*WORDS, "[UNK]"]},
        {"vocabulary": [*WORDS, "[UNK]"], "invert": True},
        {"vocabulary": ["[UNK]", "[UNK]", *WORDS], "num_oov_indices": 2},
        {"vocabulary": ["?", *WORDS], "oov_token": "?"},
        {"vocabulary": WORDS, "encoding": "latin-1"},
        {"vocabulary": WORDS, "output_mode": "binary"},
        {
            "vocabulary": ["[UNK]", *WORDS],
            "output_mode": "tf-idf",
            "idf_weights": [9.0, 1.0, 2.0, 3.0, 4.0],
        },
    ]
    for kwargs in special:
        yield case("StringLookup", kwargs, inputs=WORD_INPUTS)
    states = [("update_state", ["b", "a"]), ("update_state", [["b"], ["c"]])]
    for mode in ("int", "tf_idf"):
        kwargs = {"output_mode": mode}
        calls = [*states, ("finalize_state",)]
        yield case("StringLookup", kwargs, calls, [["a", "b", "c", "d"]])
        reset = [*states, ("reset_state",), *states[:1], ("finalize_state",)]
        yield case("StringLookup", kwargs, reset, [["a", "b", "c", "d"]])
    for bad in ([1, 2], {"array": [1.5], "dtype": "float32"}, ["a", 1], ["a", None]):
        yield case("StringLookup", {"vocabulary": WORDS}, inputs=[bad])
        if not isinstance(bad, dict):
            yield case("StringLookup", {}, [("adapt", bad)])
    yield case("StringLookup", {"vocabulary": WORDS}, inputs=[[["a"], ["b", "c"]]])


def integer_lookups():
    data = [
        [[1, 2, 3, 4], [4, 3, 1, 7]],
        [5, -3, 5, 7, 7, 7, 2**40, 0, -1, -1, -1, -1],
    ]
    yield from lookups("IntegerLookup", INTEGERS, INTEGER_INPUTS, [None, 0], data)
    yield from lookup_errors("IntegerLookup", INTEGERS)
    for salt in (None, 5, [133, 137]):
        kwargs = {"vocabulary": INTEGERS, "num_oov_indices": 7, "salt": salt}
        yield case("IntegerLookup", kwargs, inputs=INTEGER_INPUTS)
        kwargs["oov_method"] = "farmhash"
        yield case("IntegerLookup", kwargs, inputs=INTEGER_INPUTS)
    yield case("IntegerLookup", {"vocabulary_dtype": "int32"})
    yield case("IntegerLookup", {"oov_method": "sip"})
    yield case("IntegerLookup", {"vocabulary": [-1, *INTEGERS]}, inputs=INTEGER_INPUTS)


def hashings():
    strings = [["A"], ["B"], ["C"], ["D"], [""], ["é日本"], ["x" * 100]]
    inputs = [
        strings,
        [row[0] for row in strings],
        [["A", "B", "A"], ["omar", "stringer", ""]],
        {"array": [["A", "B"], ["omar", "x"]], "dtype": "str"},
        [[0, 1, 2], [-5, 2**40, 7]],
        {"array": [0, 1, -3], "dtype": "int32"},
    ]
    modes = ["int", "one_hot", "multi_hot", "count"]
    for bins, salt, mode in itertools.product(
        [1, 2, 5, 100], [None, 133, [1, 2]], modes
    ):
        kwargs = {"num_bins": bins, "salt": salt, "output_mode": mode}
        yield case("Hashing", kwargs, inputs=inputs)
    for mode, bins in itertools.product(modes, [1, 2, 5]):
        kwargs = {"num_bins": bins, "mask_value": "A", "output_mode": mode}
        yield case("Hashing", kwargs, inputs=inputs[:4])
        kwargs = {"num_bins": bins, "mask_value": 0, "output_mode": mode}
        yield case("Hashing", kwargs, inputs=inputs[4:])
    for kwargs in (
        {"num_bins": 0},
        {"num_bins": -1},
        {"num_bins": None},
        {"num_bins": 2, "output_mode": "tf_idf"},
        {"num_bins": 2, "dtype": "float32"},
        {"num_bins": 2, "dtype": "int32"},
        {"num_bins": 2, "output_mode": "one_hot", "dtype": "int32"},
        {"num_bins": 2, "sparse": True},
        {"num_bins": 2, "salt": [1, 2, 3]},
        {"num_bins": 2, "salt": "s"},
    ):
        yield case("Hashing", kwargs, inputs=inputs[:1])
    yield case("Hashing", {"num_bins": 9}, inputs=[[1.0, 2.7, -3.5], "A", 7])


def crossings():
    strings = {"array": ["A", "B", "A", "B", "éa"], "dtype": "str"}
    numbers = {"array": [101, 101, 101, 102, -2], "dtype": "int64"}
    column = {"array": [["A"], ["B"], ["C"]], "dtype": "str"}
    column_2 = {"array": [[1], [2], [3]], "dtype": "int32"}
    for mode, bins in itertools.product(["int", "one_hot"], [1, 5, 1000]):
        kwargs = {"num_bins": bins, "output_mode": mode}
        pairs = [[strings, numbers], [column, column_2], [numbers, strings, numbers]]
        scalars = {"array": "A", "dtype": "str"}, {"array": 3, "dtype": "int64"}
        yield case("HashedCrossing", kwargs, inputs=[*pairs, list(scalars)])
    bad = {"array": [[1, 2]], "dtype": "int64"}
    for inputs in ([strings], [strings, column], [bad, bad], strings):
        yield case("HashedCrossing", {"num_bins": 5}, inputs=[inputs])
    floats = {"array": [1.0] * 5, "dtype": "float32"}
    yield case("HashedCrossing", {"num_bins": 5}, inputs=[[strings, floats]])
    yield case("HashedCrossing", {"num_bins": 5, "output_mode": "count"})
    yield case("HashedCrossing", {"num_bins": 5, "dtype": "int32"}, inputs=[])


def encodings():
    inputs = [
        [0, 1, 3],
        [[0, 1, 1], [3, 2, 2]],
        [[0], [3]],
        3,
        {"array": [[[0, 1], [1, 1]], [[2, 3], [3, 3]]], "dtype": "int32"},
        [[5, 2, 9]],
    ]
    for mode in ("multi_hot", "one_hot", "count", "binary"):
        for tokens in (4, 6):
            kwargs = {"num_tokens": tokens, "output_mode": mode}
            yield case("CategoryEncoding", kwargs, inputs=inputs)
        kwargs = {"num_tokens": 4, "output_mode": mode, "dtype": "int32"}
        yield case("CategoryEncoding", kwargs, inputs=inputs)
    for kwargs in ({}, {"num_tokens": 0}, {"num_tokens": 3, "output_mode": "int"}):
        yield case("CategoryEncoding", kwargs)


def discretizations():
    inputs = [
        [[-1.5, 1.0, 3.4, 0.5], [0.0, 3.0, 1.3, 0.0]],
        [0.0, 1.0, 2.0],
        [[0.5], [9.0]],
        {"array": [[0, 1], [2, 3]], "dtype": "int32"},
        1.5,
    ]
    for mode in ("int", "one_hot", "multi_hot", "count"):
        kwargs = {"bin_boundaries": [0.0, 1.0, 2.0], "output_mode": mode}
        yield case("Discretization", kwargs, inputs=inputs)
    numbers = [(i * 7919) % 1009 / 100 for i in range(1009)]
    datasets = [
        {"array": numbers, "dtype": "float32"},
        {"array": numbers[:50], "dtype": "float64"},
        {"array": [[1.0, 2.0], [3.0, 4.0], [3.0, 3.0]], "dtype": "float32"},
        [1.0, 2.0, 3.0, 4.0],
        [1, 2, 2, 3, 50, 60],
    ]
    for data, bins, epsilon in itertools.product(
        datasets, [1, 2, 3, 4, 10], [0.01, 0.1, 0.3]
    ):
        kwargs = {"num_bins": bins, "epsilon": epsilon}
        yield case("Discretization", kwargs, [("adapt", data)], inputs[:2])
    parts = [
        ("update_state", {"array": numbers[i::5], "dtype": "float32"}) for i in range(5)
    ]
    for epsilon in (0.01, 0.05):
        kwargs = {"num_bins": 7, "epsilon": epsilon}
        calls = [*parts, ("finalize_state",)]
        yield case("Discretization", kwargs, calls, inputs[:1])
    for kwargs in (
        {},
        {"num_bins": -1},
        {"num_bins": 2, "bin_boundaries": [1.0]},
        {"num_bins": 2, "output_mode": "tf_idf"},
        {"num_bins": 2, "sparse": True},
    ):
        yield case("Discretization", kwargs)
    yield case("Discretization", {"num_bins": 3}, inputs=[[1.0]])
    yield case("Discretization", {"bin_boundaries": [1.0]}, [("adapt", [1.0])])


def vectorizations():
    layer = "TextVectorization"
    inputs = [TEXTS, [[text] for text in TEXTS], TEXTS[0]]
    standardize = ["lower_and_strip_punctuation", "lower", "strip_punctuation", None]
    for how, split in itertools.product(standardize, ["whitespace", "character", None]):
        kwargs = {"standardize": how, "split": split}
        yield case(layer, kwargs, [("adapt", TEXTS)], inputs)
    for mode, tokens, pad in itertools.product(
        ["int", "multi_hot", "count", "tf_idf"], [None, 4, 50], [False, True]
    ):
        kwargs = {"output_mode": mode, "max_tokens": tokens, "pad_to_max_tokens": pad}
        yield case(layer, kwargs, [("adapt", TEXTS)], inputs)
    for split, ngrams in itertools.product(
        ["whitespace", "character", None], [1, 2, 3, [2], [1, 3], [3, 1]]
    ):
        if split is None and ngrams == [2]:
            continue  # texts without n-grams break Keras
        for mode in ("int", "count"):
            kwargs = {"split": split, "ngrams": ngrams, "output_mode": mode}
            yield case(layer, kwargs, [("adapt", TEXTS)], inputs[:2])
    for length, split in itertools.product([1, 3, 10], ["whitespace", None]):
        kwargs = {"output_sequence_length": length, "split": split}
        yield case(layer, kwargs, [("adapt", TEXTS)], inputs[1:])
    words = {"vocabulary": ["earth", "wind", "fire"]}
    yield case(layer, words, inputs=inputs)
    weights = {"output_mode": "tf_idf", "idf_weights": [1.0, 2.0, 3.0]}
    yield case(layer, {**words, **weights}, inputs=inputs)
    yield case(layer, {}, [("set_vocabulary", words["vocabulary"])], inputs)
    yield case(layer, {}, [("set_vocabulary", ["", "[UNK]", "earth"])], inputs)
    for kwargs in (
        {"standardize": "upper"},
        {"split": "words"},
        {"ngrams": "2"},
        {"ngrams": [1.5]},
        {"output_mode": "hot"},
        {"output_sequence_length": "3"},
        {"output_sequence_length": 3, "output_mode": "count"},
        {"ragged": True, "output_mode": "count"},
        {"vocabulary": ["a", "a"]},
        {"vocabulary": ["a", ""]},
        {"max_tokens": 1},
    ):
        yield case(layer, kwargs)
    yield case(layer, words, inputs=[[["a", "b"], ["c", "d"]]])
    yield case(layer, words, [("adapt", TEXTS)])
    yield case(layer, words, inputs=[[1, 2]])
    states = [("update_state", TEXTS[:2]), ("update_state", TEXTS[2:])]
    yield case(layer, {}, [*states, ("finalize_state",)], inputs[:1])


def odd_inputs():
    """Vocabularies and inputs of kinds that a layer does not expect."""
    for vocabulary in ([1, 2], ["a", None], [["a", "b"]]):
        yield case("StringLookup", {"vocabulary": vocabulary})
    flags = {"array": [[True, False]], "dtype": "bool"}
    for mode, salt in itertools.product(["int", "count"], [None, 3]):
        kwargs = {"num_bins": 5, "salt": salt, "output_mode": mode}
        yield case("Hashing", kwargs, inputs=[flags])
    kwargs = {"num_bins": 5, "mask_value": "a"}
    yield case("Hashing", kwargs, inputs=[[1, 2], {"array": [3], "dtype": "int64"}])
    fractions = {"array": [[0.0, 1.7, 3.2]], "dtype": "float32"}
    for mode in ("multi_hot", "one_hot", "count"):
        kwargs = {"num_tokens": 4, "output_mode": mode}
        yield case("CategoryEncoding", kwargs, inputs=[fractions, flags, ["a"]])
    pair = [{"array": ["A", "B"], "dtype": "str"}, {"array": [1, 2], "dtype": "int64"}]
    yield case("HashedCrossing", {"num_bins": 7, "sparse": True}, inputs=[pair])


ALL = [
    *string_lookups(),
    *integer_lookups(),
    *hashings(),
    *crossings(),
    *encodings(),
    *discretizations(),
    *vectorizations(),
    *odd_inputs(),
]
