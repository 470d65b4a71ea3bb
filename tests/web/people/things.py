"""What the access lines about people stand for."""


def make(person, made):
    made["person"] = str(person("contributor").pk)
