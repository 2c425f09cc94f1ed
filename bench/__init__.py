"""Benchmarks, side by side with a peer in one run. ``make bench ARGS=NAME``; see docs/performance.md."""
