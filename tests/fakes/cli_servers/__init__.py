"""Routers that exist in memory and are reached over real SSH: Huawei VRP8 and VRP5, H3C Comware 7, Cisco IOS XE.

Written from the vendors' manuals, named beside each behaviour:

- [NE8000] HUAWEI NetEngine 8000 F1A, Command Reference, "Configuration Management Commands";
- [CE6800] HUAWEI CloudEngine 6800 V300R023C00, Command Reference (VRP8, the same command line as NetEngine);
- [AR] HUAWEI AR Series V200R009, Command Reference, "Basic Configuration Commands" (VRP5);
- [MSR] H3C MSR routers Comware 7, Fundamentals Command Reference and Configuration Guide.

What no manual shows (the exact words of an answer, mostly) is marked "words assumed"; the drivers do not look at it.
"""
