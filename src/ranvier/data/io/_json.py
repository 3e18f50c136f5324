"""Examples written as JSON."""

import json

from ranvier.data.io._messages import message_class
from ranvier.data.io._texts import elementwise
from ranvier.data.io._values import each_string
from ranvier.tensors._errors import InvalidArgumentError


@elementwise()
def decode_json_example(json_examples, name=None):
    """Turns examples written as JSON into serialised `Example` messages.

    Args:
        json_examples: a string, or an array or tensor of strings, in protobuf's JSON
            format.
        name: ignored.

    Returns:
        Bytes, or an array of bytes of the same shape.

    Raises:
        InvalidArgumentError: if a string is no such JSON.

    Example:
        >>> decode_json_example('{"features": {"feature": {"x": {}}}}')
        b'\\n\\x07\\n\\x05\\n\\x01x\\x12\\x00'
    """
    from google.protobuf import json_format

    example = message_class("Example")

    def decode(text):
        try:
            content = json.loads(text)
            if not isinstance(content, dict):
                raise ValueError("expected an object")
            message = json_format.ParseDict(content, example())
        except (json_format.ParseError, ValueError, TypeError, RecursionError) as error:
            raise InvalidArgumentError(f"Error while parsing JSON: {error}") from error
        return message.SerializeToString()

    return each_string(decode, json_examples, "json_examples")
