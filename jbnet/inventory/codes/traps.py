"""Codes of what YAML, keyboards and editors make of a text that looks right."""

from __future__ import annotations

from jbnet.inventory.codes.rule import Rule, rules
from jbnet.model.findings import Severity
from jbnet.model.text import text

RULES = rules(
    Rule(
        "JB160",
        text("A second document in one file"),
        text("Readers of YAML take only the first. Move what follows `---` into a file of its own."),
        wrong="# inventory/more.yaml\ncarriers: {}\n---\nroles: {}\n",
        right="# inventory/more.yaml\ncarriers: {}\nroles: {}\n",
    ),
    Rule(
        "JB161",
        text("Keys that differ only by capital letters"),
        text("Two names that people and host names cannot tell apart. Keep one of them."),
        Severity.WARNING,
        wrong="# inventory/more.yaml\ncarriers:\n  radio: {name_zh: 广电}\n  Radio: {name_zh: 广电网络}\n",
        right="# inventory/more.yaml\ncarriers:\n  radio: {name_zh: 广电}\n  cable: {name_zh: 广电网络}\n",
    ),
    Rule(
        "JB162",
        text("A text that other readers of YAML take for something else"),
        text(
            "By YAML 1.1, which Ansible and many tools read, `no` is false, `0632` octal, `12:30` a number to the base "
            "of 60 and `2026-11-22` a date. Here all of them are text. Quotes make it text for everybody."
        ),
        Severity.WARNING,
        wrong="# inventory/more.yaml\ncarriers:\n  radio: {name_zh: on, phone: 0632}\n",
        right='# inventory/more.yaml\ncarriers:\n  radio: {name_zh: "on", phone: "0632"}\n',
    ),
    Rule(
        "JB163",
        text("A # inside a text"),
        text("A comment needs a blank before its #. Put one there, or quotes around the text."),
        Severity.WARNING,
        wrong="# inventory/more.yaml\ncarriers:\n  radio: {name_zh: 广电#remark\n    }\n",
        right="# inventory/more.yaml\ncarriers:\n  radio: {name_zh: 广电 # remark\n    }\n",
    ),
    Rule(
        "JB164",
        text("A very long text"),
        text("Nothing declared is that long; most likely a quote is missing."),
        Severity.WARNING,
    ),
    Rule(
        "JB165",
        text("A colon without a blank behind it"),
        text("`key:value` is one text for YAML, not a key and its value. Write `key: value`."),
        wrong="# inventory/more.yaml\ncarriers:\n  radio:\n    name_zh:广电\n",
        right="# inventory/more.yaml\ncarriers:\n  radio:\n    name_zh: 广电\n",
    ),
    Rule(
        "JB166",
        text("A word written as a block"),
        text("After | or > the text ends with a line break, which names must not have. Write it behind its key."),
        Severity.WARNING,
        wrong="# inventory/more.yaml\ncarriers:\n  radio:\n    name_zh: |\n      广电\n",
        right="# inventory/more.yaml\ncarriers:\n  radio:\n    name_zh: 广电\n",
    ),
    Rule(
        "JB167",
        text("A text without quotes over several lines"),
        text("YAML joins the lines by blanks. Mostly the next line was meant as a key; else write quotes."),
        Severity.WARNING,
        wrong="# inventory/more.yaml\ncarriers:\n  radio:\n    name_zh: 广电\n      网络\n",
        right="# inventory/more.yaml\ncarriers:\n  radio:\n    name_zh: 广电网络\n",
    ),
    Rule(
        "JB168",
        text("A full-width character where ASCII is meant"),
        text(
            "A Chinese input method writes ：，“”｛｝ and １２３ at full width. YAML knows only the ASCII ones, and "
            "codes and names have ASCII digits. Switch the input method and write the character that the message shows."
        ),
        wrong="# inventory/more.yaml\ncarriers:\n  radio: {name_zh: 广电, phone: “１００”}\n",
        right='# inventory/more.yaml\ncarriers:\n  radio: {name_zh: 广电, phone: "100"}\n',
    ),
    Rule(
        "JB169",
        text("A letter that only looks Latin"),
        text("A Cyrillic or Greek letter in a name makes another name that looks the same. Type the letter anew."),
        wrong="# inventory/more.yaml\ncarriers:\n  r\u0430dio: {name_zh: 广电}\n",
        right="# inventory/more.yaml\ncarriers:\n  radio: {name_zh: 广电}\n",
    ),
    Rule(
        "JB170",
        text("A control character"),
        text("YAML does not allow it, and terminals act on it. Delete it; an editor that shows them helps."),
    ),
    Rule(
        "JB171",
        text("A character that cannot be seen"),
        text(
            "Zero-width and direction-changing characters make a text read differently from what it says "
            "(Unicode Technical Report 36, CVE-2021-42574), also in comments. Delete it."
        ),
        wrong="# inventory/more.yaml\ncarriers:\n  radio: {name_zh: 广\u200b电}\n",
        right="# inventory/more.yaml\ncarriers:\n  radio: {name_zh: 广电}\n",
    ),
    Rule(
        "JB172",
        text("A blank that is not the plain one"),
        text("No-break and ideographic blanks are no blanks for YAML. Write the plain one (U+0020)."),
        Severity.WARNING,
        wrong="# inventory/more.yaml\ncarriers:\n  radio: {name_zh:\u3000广电}\n",
        right="# inventory/more.yaml\ncarriers:\n  radio: {name_zh: 广电}\n",
    ),
    Rule(
        "JB173",
        text("A byte order mark"),
        text("UTF-8 needs none, and many tools take it for part of the first key. Save without it."),
        Severity.INFO,
    ),
    Rule(
        "JB174",
        text("Mixed line ends"),
        text("Two editors fought over the file; differences will show every line as changed. Save with LF alone."),
        Severity.WARNING,
    ),
    Rule(
        "JB175",
        text("Line ends of Windows"),
        text("They are read all right; other files of the workspace end lines with LF alone."),
        Severity.INFO,
    ),
    Rule(
        "JB177",
        text("A text that is not in Unicode normal form C"),
        text("The same name in two spellings is two names that look alike (Unicode Annex 15). Type it anew."),
        Severity.WARNING,
        wrong="# inventory/more.yaml\ncarriers:\n  radio: {name_zh: 广电 e\u0301}\n",
        right="# inventory/more.yaml\ncarriers:\n  radio: {name_zh: 广电 \u00e9}\n",
    ),
    Rule(
        "JB178",
        text("A private-use character"),
        text(
            "Older fonts kept rare Chinese characters of names there; other machines show a box or another character. "
            "Use the character's own code (GB 18030-2022)."
        ),
        Severity.WARNING,
        wrong="# inventory/more.yaml\ncarriers:\n  radio: {name_zh: 广电\ue863}\n",
        right="# inventory/more.yaml\ncarriers:\n  radio: {name_zh: 广电\u9fb4}\n",
    ),
)
