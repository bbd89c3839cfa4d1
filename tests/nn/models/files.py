"""What a saved file of the lesson's network holds."""

import json
from typing import Any

from tests.nn.shared import PARAMETERS

FORMAT = "chaingrad parameters 1"
LAYERS = {
    "layers": [
        {"inputs": 2, "outputs": 2, "activation": "linear"},
        {"inputs": 2, "outputs": 1, "activation": "linear"},
    ]
}


def saved_text(**changes: Any) -> str:
    """The text of a saved file, with some of its parameters changed."""
    content = {"format": FORMAT, "architecture": LAYERS, "parameters": {**PARAMETERS, **changes}}
    return json.dumps(content)
