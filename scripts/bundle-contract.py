#!/usr/bin/env python3
"""Refreshes the parts of openapi/control-plane.json that are made from schemas/*.json.

The contract is one self-contained document, so it carries copies of the schemas of the state's documents. This script
writes these copies and what is derived from them, and leaves everything else in the file alone:

  AgentDefinitionFields, SystemSettingsDocument, SkillFrontmatter
      the documents; their `$defs` become components of their own, named with the prefix of the document
  AgentDefinitionFieldsPatch, SystemSettingsFieldsPatch
      the same for JSON Merge Patch (RFC 7396): every value may be null, nothing is required
  SystemSettingsSources
      the shape of the settings with `SettingSource` at the leaves

The names that end in `Fields` or `FieldsPatch` are open at the top, because the contract adds members to them with
`allOf` and closes the whole with `unevaluatedProperties`. What was made here has the member `x-generated-from`.

Usage: scripts/bundle-contract.py [--check]
  --check   writes nothing; ends with 1 when the contract is out of date
"""

import copy
import json
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
CONTRACT = ROOT / "openapi" / "control-plane.json"
COMPONENTS = "#/components/schemas/"
MARK = "x-generated-from"

# Keywords that say something about a whole document and nothing about a patch of it.
NOT_IN_PATCHES = ("default", "required", "dependentRequired", "minProperties", "maxProperties")
# Keywords that may refuse null whatever `type` says.
COMPOSING = ("allOf", "anyOf", "oneOf", "not", "if")


class Source:
    """One document schema: its file, and the prefix of the components that its `$defs` become."""

    def __init__(self, file, prefix):
        self.file, self.prefix = file, prefix
        self.schema = json.loads((ROOT / file).read_text(encoding="utf-8"))
        for key in ("$schema", "$id"):
            self.schema.pop(key, None)
        self.definitions = self.schema.pop("$defs", {})

    def component(self, definition):
        """`tool_id` of the agent's schema becomes `AgentToolId`."""
        return self.prefix + "".join(word.capitalize() for word in re.split(r"[_-]", definition))

    def with_references(self, value):
        """A copy in which references to `$defs` lead to components; any other reference is an error."""
        if isinstance(value, list):
            return [self.with_references(item) for item in value]
        if not isinstance(value, dict):
            return value
        result = {key: self.with_references(item) for key, item in value.items()}
        reference = result.get("$ref")
        if isinstance(reference, str):
            name = reference.removeprefix("#/$defs/")
            if name not in self.definitions:
                raise SystemExit(f"{self.file}: the reference {reference} does not lead to one of its $defs")
            result["$ref"] = COMPONENTS + self.component(name)
        return result


def opened(schema):
    """The schema without what forbids further members, for use inside `allOf`."""
    return {key: value for key, value in schema.items() if key != "additionalProperties"}


def patch_of(schema, wanted, is_root=False):
    """The schema of a merge patch for what `schema` describes; `wanted` collects the components it refers to."""
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        name = schema["$ref"].removeprefix(COMPONENTS)
        if name not in wanted:
            wanted.append(name)
        return {key: value for key, value in schema.items() if key not in NOT_IN_PATCHES} | {
            "$ref": COMPONENTS + name + "Patch"
        }
    result = {key: copy.deepcopy(value) for key, value in schema.items() if key not in NOT_IN_PATCHES}
    for key, value in result.get("properties", {}).items():
        result["properties"][key] = patch_of(value, wanted)
    if isinstance(result.get("additionalProperties"), dict):
        result["additionalProperties"] = patch_of(result["additionalProperties"], wanted)
    if is_root:
        return result
    if any(keyword in result for keyword in COMPOSING):
        return {"anyOf": [result, {"type": "null"}]}
    if "const" in result:
        result["enum"] = [result.pop("const")]
    if "enum" in result:
        result["enum"] = result["enum"] + [None]
    if "type" in result:
        types = result["type"] if isinstance(result["type"], list) else [result["type"]]
        result["type"] = types + ["null"]
    return result


def sources_of(schema, components):
    """The same shape with `SettingSource` in the place of every value that is not an object."""
    while "$ref" in schema:
        schema = components[schema["$ref"].removeprefix(COMPONENTS)]
    if schema.get("type") != "object":
        return {"$ref": COMPONENTS + "SettingSource"}
    result = {"type": "object"}
    if "properties" in schema:
        result["properties"] = {key: sources_of(value, components) for key, value in schema["properties"].items()}
    inner = schema.get("additionalProperties", True)
    result["additionalProperties"] = sources_of(inner, components) if isinstance(inner, dict) else inner
    return result


def generated_components():
    """Name → schema of every component that this script is responsible for."""
    components = {}

    def add(name, file, schema):
        if name in components:
            raise SystemExit(f"two components would be named {name}")
        components[name] = {MARK: file} | schema

    def add_document(name, source, is_closed):
        schema = source.with_references(source.schema)
        add(name, source.file, schema if is_closed else opened(schema))
        for definition, schema in source.definitions.items():
            add(source.component(definition), source.file, source.with_references(schema))

    def add_patch(name, source, title, description):
        wanted = []
        schema = opened(patch_of(source.with_references(source.schema), wanted, is_root=True))
        add(name, source.file, schema | {"title": title, "description": description})
        for inner in wanted:  # grows while it is walked: a patch may refer to further ones
            add(inner + "Patch", source.file, patch_of(components[inner], wanted))

    agent = Source("schemas/agent.json", "Agent")
    settings = Source("schemas/system-settings.json", "Settings")
    skill = Source("schemas/skill.json", "Skill")

    add_document("AgentDefinitionFields", agent, is_closed=False)
    add_patch(
        "AgentDefinitionFieldsPatch",
        agent,
        "Changes to an agent's definition",
        "The fields of a definition in a JSON Merge Patch (RFC 7396): absent ones stay, null removes one.",
    )
    add_document("SystemSettingsDocument", settings, is_closed=True)
    add_patch(
        "SystemSettingsFieldsPatch",
        settings,
        "Changes to the settings",
        "The settings in a JSON Merge Patch (RFC 7396): absent ones stay, null resets one to its default.",
    )
    add(
        "SystemSettingsSources",
        settings.file,
        {
            "title": "Sources of the settings",
            "description": "Where each effective value comes from, in the shape of the settings.",
        }
        | sources_of(components["SystemSettingsDocument"], components),
    )
    add_document("SkillFrontmatter", skill, is_closed=True)
    return components


def main():
    is_check = sys.argv[1:] == ["--check"]
    if sys.argv[1:] and not is_check:
        raise SystemExit(__doc__)
    before = CONTRACT.read_text(encoding="utf-8")
    contract = json.loads(before)
    schemas = contract["components"]["schemas"]
    kept = {name: schema for name, schema in schemas.items() if MARK not in schema}
    generated = generated_components()
    if taken := sorted(kept.keys() & generated.keys()):
        raise SystemExit(f"written by hand, but also generated: {', '.join(taken)}")
    contract["components"]["schemas"] = kept | generated
    after = json.dumps(contract, indent=2, ensure_ascii=False) + "\n"
    if after == before:
        return
    if is_check:
        raise SystemExit("openapi/control-plane.json is out of date: run scripts/bundle-contract.py and commit the result")
    CONTRACT.write_text(after, encoding="utf-8")


if __name__ == "__main__":
    main()
