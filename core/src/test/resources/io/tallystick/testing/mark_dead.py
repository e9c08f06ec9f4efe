"""Tells client_python that a process is dead: its pid, the directory."""
import sys

from prometheus_client.multiprocess import mark_process_dead

mark_process_dead(int(sys.argv[1]), sys.argv[2])
