# Run once by every interpreter found, with -I -S: says what it is in one line of JSON.
# Old interpreters run it too, to be told apart and left out, so nothing here is newer than Python 3.6.
import json
import os
import site
import sys
import sysconfig
from importlib.util import MAGIC_NUMBER


def loaded_libpython():
    """The shared library this very process runs on; what the build configuration says may have been moved since."""
    try:
        with open("/proc/self/maps") as maps:
            for line in maps:
                path = line.rstrip("\n").partition("/")[2]
                if path.rpartition("/")[2].startswith("libpython"):
                    return "/" + path
    except OSError:
        pass
    name = sysconfig.get_config_var("INSTSONAME") or ""
    if sysconfig.get_config_var("Py_ENABLE_SHARED"):
        for folder in (os.path.join(sys.base_prefix, "lib"), sysconfig.get_config_var("LIBDIR") or ""):
            path = os.path.join(folder, name)
            if os.path.isfile(path):
                return path
    return None


names = getattr(sys, "stdlib_module_names", None)
print(
    json.dumps(
        {
            "release": sys.version_info[:3],
            "stable": sys.version_info[3] == "final",
            "implementation": sys.implementation.name,
            # In a virtual environment the interpreter itself is the one it was made from.
            "executable": os.path.realpath(getattr(sys, "_base_executable", None) or sys.executable),
            "prefix": sys.prefix,
            "base_prefix": sys.base_prefix,
            # Of the interpreter itself, not of a virtual environment made from it.
            "site_folders": site.getsitepackages([sys.base_prefix, sys.base_exec_prefix]),
            "stdlib": os.path.dirname(os.__file__),
            "libpython": loaded_libpython(),
            "abi": sysconfig.get_config_var("SOABI") or sys.implementation.cache_tag,
            "abi_flags": getattr(sys, "abiflags", ""),
            "free_threaded": bool(sysconfig.get_config_var("Py_GIL_DISABLED")),
            "platform": sysconfig.get_platform(),
            "cache_tag": sys.implementation.cache_tag,
            "magic": list(bytearray(MAGIC_NUMBER)),
            "stdlib_modules": None if names is None else sorted(names),
        }
    )
)
