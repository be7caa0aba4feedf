from __future__ import annotations
import os.path, json as j
from typing import TYPE_CHECKING
from . import sibling
from ..package.module import (
    first,
    second as other,
)
from tools import *

if TYPE_CHECKING:
    from models import User

try:
    import uvloop
except ImportError:
    uvloop = None


def late():
    import csv

    return csv, User, unknown
