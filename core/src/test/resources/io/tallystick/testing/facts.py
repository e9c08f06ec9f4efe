"""Says which layout this client_python reads and writes."""
from prometheus_client import mmap_dict

print("WITH_TIMESTAMP" if hasattr(mmap_dict, "_unpack_two_doubles") else "VALUE_ONLY")
