"""Writes TensorFlow's results of all cases to golden.json.gz. Needs TensorFlow.

python tests/data/io/golden/make_golden.py
"""

import base64
import gzip
import json
import pathlib
import sys
import types

HERE = pathlib.Path(__file__).parent
sys.path.insert(0, str(HERE.parents[3]))


def tensorflow_io():
    """Returns TensorFlow's functions and messages in one namespace."""
    import tensorflow as tf

    spaces = {**vars(tf.train), **vars(tf.io)}
    return types.SimpleNamespace(**spaces, SparseTensor=tf.SparseTensor)


def people():
    """Writes messages of many field types, and their description."""
    from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

    file = descriptor_pb2.FileDescriptorProto(
        name="people.proto", package="people", syntax="proto3"
    )
    person = file.message_type.add(name="Person")
    kinds = {"name": 9, "id": 5, "email": 9, "score": 1, "f": 2, "i64": 3, "u64": 4}
    kinds |= {"fx64": 6, "fx32": 7, "b": 8, "by": 12, "u32": 13, "sf32": 15}
    kinds |= {"sf64": 16, "s32": 17, "s64": 18}
    for number, (name, kind) in enumerate(kinds.items(), 1):
        label = 3 if name == "email" else 1
        person.field.add(name=name, number=number, type=kind, label=label)
    person.field.add(name="rep", number=50, type=3, label=3)
    colours = file.enum_type.add(name="Kind")
    colours.value.add(name="RED", number=0)
    colours.value.add(name="BLUE", number=1)
    person.field.add(name="kind", number=51, type=14, type_name=".people.Kind", label=1)
    sub = file.message_type.add(name="Sub")
    sub.field.add(name="x", number=1, type=5, label=1)
    for number, (name, label) in enumerate({"sub": 1, "subs": 3}.items(), 52):
        person.field.add(
            name=name, number=number, type=11, type_name=".people.Sub", label=label
        )
    older = descriptor_pb2.FileDescriptorProto(
        name="older.proto", package="people", syntax="proto2"
    )
    old = older.message_type.add(name="Old")
    old.field.add(name="a", number=1, type=5, label=1, default_value="7")
    old.field.add(name="s", number=2, type=9, label=1, default_value="hi")
    old.field.add(name="r", number=3, type=5, label=3)
    files = descriptor_pb2.FileDescriptorSet(file=[file, older])
    (HERE / "people.desc").write_bytes(files.SerializeToString())
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    pool.Add(older)

    def message(title, /, **values):
        kind = pool.FindMessageTypeByName(f"people.{title}")
        return message_factory.GetMessageClass(kind)(**values).SerializeToString()

    al = message(
        "Person",
        name="Al",
        id=123,
        email=["x", "y"],
        score=1.5,
        f=0.5,
        i64=-1,
        u64=2**63 + 1,
        fx64=5,
        fx32=6,
        b=True,
        by=b"\xff",
        u32=2**32 - 1,
        sf32=-7,
        sf64=-8,
        s32=-5,
        s64=-6,
        rep=[1, -2],
        kind=1,
        sub={"x": 3},
        subs=[{"x": 1}, {"x": 2}],
    )
    records = {"al": al, "bo": message("Person", name="Bo")}
    records |= {"q-empty": message("Old"), "q": message("Old", a=1, r=[1])}
    encoded = {k: base64.b64encode(v).decode() for k, v in records.items()}
    (HERE / "people.json").write_text(json.dumps(encoded, indent=0) + "\n")


def main():
    from tests.data.io.cases import cases
    from tests.data.io.comparing import outcome

    people()
    golden = {name: outcome(call) for name, call in cases(tensorflow_io()).items()}
    text = json.dumps(golden, sort_keys=True, indent=0)
    # Without a time in it the file changes only with its contents.
    (HERE / "golden.json.gz").write_bytes(gzip.compress(text.encode(), mtime=0))
    errors = sum(
        "error" in value for value in golden.values() if isinstance(value, dict)
    )
    print(f"{len(golden)} cases, {errors} of them errors")


if __name__ == "__main__":
    main()
