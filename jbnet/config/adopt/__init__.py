"""From what runs to a draft of the declaration. Pure: texts come in, files of a workspace go out."""
