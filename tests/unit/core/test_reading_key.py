"""The key under which roles of several readings share what is read."""

from polyhead.core.reading import Read, read_key


def test_the_same_reads_have_one_key_and_others_another():
    one, other = Read(site="blocks.0.attn.hook_v"), Read(site="blocks.1.attn.hook_v")
    some = Read(site="blocks.0.attn.hook_v", heads=(0, 2))
    keys = [read_key(r) for r in ([one], [other], [some], [one, other], [other, one], [some, other])]
    assert len(set(keys)) == len(keys)
    assert read_key([Read(site="blocks.0.attn.hook_v", heads=(0, 2))]) == read_key((some,))
    assert read_key([some, other]) == "blocks.0.attn.hook_v of heads (0, 2) + blocks.1.attn.hook_v"
