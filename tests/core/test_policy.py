"""Dtype policies: maps of them, and what setting one refuses."""

import pytest

from ranvier import config, dtype_policies
from ranvier.dtype_policies import DTypePolicy, DTypePolicyMap


def test_a_key_matches_whole_paths():
    policies = DTypePolicyMap("float32", {"encoder": "bfloat16", "decoder/.*": "int8"})
    paths = ("encoder", "encoder/a", "decoder/a")
    names = {path: policies[path].name for path in paths}
    assert list(names.values()) == ["bfloat16", "float32", "int8"]


def test_a_map_is_a_mutable_mapping():
    policies = DTypePolicyMap()
    policies["a"] = "float16"
    policies["b/.*"] = DTypePolicy("mixed_bfloat16")
    assert list(policies) == ["a", "b/.*"] and len(policies) == 2
    assert "a" in policies and "b/c" not in policies
    assert [policy.name for policy in policies.values()] == [
        "float16",
        "mixed_bfloat16",
    ]
    del policies["a"]
    assert list(policies) == ["b/.*"]
    assert "mixed_bfloat16" in repr(policies) and "DTypePolicyMap" in repr(policies)
    with pytest.raises(KeyError):
        del policies["b/c"]


def test_a_map_has_the_dtypes_of_its_default():
    policies = DTypePolicyMap("mixed_float16")
    assert policies.name == "map_mixed_float16"
    assert (policies.compute_dtype, policies.variable_dtype) == ("float16", "float32")
    assert policies.quantization_mode is None


def test_a_map_returns_from_its_config():
    policies = DTypePolicyMap("bfloat16", {"a/.*": "mixed_float16"})
    again = DTypePolicyMap.from_config(policies.get_config())
    assert again.default_policy == policies.default_policy
    assert dict(again) == dict(policies)


@pytest.mark.parametrize(
    ("make", "error", "words"),
    [
        (lambda: DTypePolicyMap(DTypePolicyMap()), ValueError, "cannot be a"),
        (lambda: DTypePolicyMap(policy_map=123), TypeError, "must be a dict"),
        (lambda: DTypePolicyMap().__setitem__("a", 123), ValueError, "interpret"),
        (lambda: config.set_dtype_policy(None), ValueError, "Invalid `policy`"),
        (lambda: config.set_dtype_policy(123), ValueError, "Invalid `policy`"),
        (lambda: dtype_policies.get(123), ValueError, "Cannot interpret `dtype`"),
        (lambda: dtype_policies.get("float15"), ValueError, "Cannot convert"),
    ],
)
def test_what_is_no_policy_is_told(make, error, words):
    with pytest.raises(error, match=words):
        make()
