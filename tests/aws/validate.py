#!/usr/bin/env python3
"""Holds requests that were sent to the fake, and its answers, against the services' models.

validate.py FILE...    each a file of JSON lines, as the fake writes them

A request must name an operation of the model, have every required parameter with a value that the model allows, and no
parameter that the model does not know. An answer must have no field that the model does not know, and an error's code
must be one of the operation or one that every operation can give.
"""

import io
import json
import sys
import urllib.parse
import xml.etree.ElementTree as ElementTree

import botocore.session
from botocore.parsers import RpcV2CBORParser
from botocore.validate import ParamValidator

MODELS = {"monitoring": "cloudwatch", "servicequotas": "service-quotas"}
# Errors that no model lists: signatures, throttling, trouble inside, and those of EC2, which lists none at all.
COMMON = {
    "AccessDenied", "AccessDeniedException", "ExpiredToken", "ExpiredTokenException", "RequestExpired",
    "UnauthorizedOperation", "Throttling", "ThrottlingException", "RequestLimitExceeded", "TooManyRequestsException",
    "InternalFailure", "InternalServiceError", "ServiceUnavailable", "ServiceUnavailableException",
    "InvalidClientTokenId", "UnrecognizedClientException", "AuthFailure", "ValidationError",
    # In the user guide, but not in the model.
    "InsufficientCacheClusterCapacity",
}
# Of the operations that are answered in XML: written by the protocol, not by the model.
WIRE = {"Version", "Action", "requestId", "ResponseMetadata", "RequestId"}
SESSION = botocore.session.get_session()
LOADED = {}


def model(service):
    name = MODELS.get(service, service)
    if name not in LOADED:
        LOADED[name] = SESSION.get_service_model(name)
    return LOADED[name]


def protocol(record):
    if record["path"].startswith("/service/"):
        return "smithy-rpc-v2-cbor"
    return model(record["service"]).resolved_protocol


def scalar(shape, text):
    """A value of a form or a path, which has texts only."""
    if shape.type_name in ("integer", "long"):
        return int(text)
    if shape.type_name in ("float", "double"):
        return float(text)
    if shape.type_name == "boolean":
        return {"true": True, "false": False}.get(text, text)
    return text


def nest(pairs):
    root = {}
    for name, value in pairs:
        place = root
        parts = name.split(".")
        for part in parts[:-1]:
            place = place.setdefault(part, {})
        place[parts[-1]] = value
    return root


def of_form(shape, tree, ec2, path, left):
    """A form as parameters; what the model does not know goes to `left`."""
    if shape.type_name == "structure":
        if not isinstance(tree, dict):
            return {} if tree == "" else tree
        result, known = {}, set()
        for name, member in shape.members.items():
            wire = wire_name(member, name, ec2)
            if wire in tree:
                known.add(wire)
                result[name] = of_form(member, tree[wire], ec2, f"{path}.{wire}", left)
        left.extend(f"{path}.{name}" for name in tree if name not in known)
        return result
    if shape.type_name == "list":
        if tree == "":
            return []
        if not ec2 and not shape.serialization.get("flattened"):
            inner = shape.member.serialization.get("name", "member")
            left.extend(f"{path}.{name}" for name in tree if name != inner)
            tree = tree.get(inner, {})
        items = sorted(tree.items(), key=lambda pair: int(pair[0]))
        return [of_form(shape.member, item, ec2, f"{path}.{index}", left) for index, item in items]
    if shape.type_name == "map":
        left.append(f"{path}: maps are not expected in forms")
        return {}
    return scalar(shape, tree)


def wire_name(member, name, ec2):
    if ec2:
        given = member.serialization.get("queryName")
        if given:
            return given
        given = member.serialization.get("name", name)
        return given[0].upper() + given[1:]
    return member.serialization.get("name", name)


def unknown(shape, value, path, left):
    """Fields of a JSON or CBOR value that the model does not know."""
    if value is None or shape is None:
        return
    if shape.type_name == "structure" and isinstance(value, dict):
        names = {member.serialization.get("name", name): member for name, member in shape.members.items()}
        for name, inner in value.items():
            if name not in names:
                left.append(f"{path}.{name}")
            else:
                unknown(names[name], inner, f"{path}.{name}", left)
    elif shape.type_name == "list" and isinstance(value, list):
        for index, inner in enumerate(value):
            unknown(shape.member, inner, f"{path}.{index}", left)
    elif shape.type_name == "map" and isinstance(value, dict):
        for name, inner in value.items():
            unknown(shape.value, inner, f"{path}.{name}", left)
    elif shape.type_name in ("structure", "list", "map"):
        left.append(f"{path}: {value!r} is no {shape.type_name}")


def unknown_xml(shape, element, path, left):
    """The same of an element."""
    children = list(element)
    if shape is None or shape.type_name == "structure":
        names = {m.serialization.get("name", n): m for n, m in shape.members.items()} if shape else {}
        for child in children:
            name = child.tag.rsplit("}", 1)[-1]
            if name in names:
                unknown_xml(names[name], child, f"{path}.{name}", left)
            elif name not in WIRE:
                left.append(f"{path}.{name}")
    elif shape.type_name == "list":
        item = shape.member.serialization.get("name", "member")
        for child in children:
            name = child.tag.rsplit("}", 1)[-1]
            if name != item:
                left.append(f"{path}.{name}: items are called {item}")
            unknown_xml(shape.member, child, f"{path}.{name}", left)
    elif children:
        left.append(f"{path}: a {shape.type_name} has no elements")
    elif shape.type_name in ("integer", "long", "double", "boolean"):
        value = scalar(shape, element.text or "")
        if shape.type_name == "boolean" and not isinstance(value, bool):
            left.append(f"{path}: {element.text} is no boolean")


def cbor(data):
    parser = RpcV2CBORParser()
    return parser.parse_data_item(io.BufferedReader(io.BytesIO(data))) if data else {}


def of_path(operation, record, left):
    """Parameters of a REST request: its path must be that of the operation."""
    template = operation.http["requestUri"].split("?")[0].strip("/").split("/")
    parts = record["path"].split("?")[0].strip("/").split("/")
    params = {}
    if len(parts) != len(template) or record["method"] != operation.http["method"]:
        left.append(f"{record['method']} {record['path']} is not {operation.http}")
    for pattern, part in zip(template, parts):
        if pattern.startswith("{"):
            params[pattern.strip("{}")] = urllib.parse.unquote(part)
        elif pattern != part:
            left.append(f"{record['path']} is not {operation.http['requestUri']}")
    return params


def check_request(record, operation, left):
    body = bytes.fromhex(record["body"])
    spoken = protocol(record)
    shape = operation.input_shape
    if spoken in ("query", "ec2"):
        pairs = urllib.parse.parse_qsl(body.decode(), keep_blank_values=True)
        version = dict(pairs).get("Version")
        if version != operation.service_model.api_version:
            left.append(f"version {version}")
        tree = nest(pair for pair in pairs if pair[0] not in ("Action", "Version"))
        params = of_form(shape, tree, spoken == "ec2", "request", left) if shape else {}
        if not shape and tree:
            left.append(f"{sorted(tree)}: the operation has no parameters")
    elif spoken == "rest-json":
        params = of_path(operation, record, left)
    else:
        params = cbor(body) if spoken == "smithy-rpc-v2-cbor" else json.loads(body or b"{}")
        unknown(shape, params, "request", left)
    if shape:
        report = ParamValidator().validate(params, shape)
        if report.has_errors():
            left.append(report.generate_report())


def check_answer(record, operation, left):
    spoken = protocol(record)
    body = bytes.fromhex(record["answer"])
    # Cut, or without a word, as a proxy on the way answers: no model has that.
    if record["refused"] in ("the answer was cut", ""):
        return
    if record["refused"]:
        codes = {shape.metadata.get("error", {}).get("code", shape.name) for shape in operation.error_shapes}
        codes |= {shape.name for shape in operation.error_shapes}
        if record["service"] != "ec2" and record["refused"] not in codes | COMMON:
            left.append(f"the operation has no error {record['refused']}")
        return
    shape = operation.output_shape
    if spoken in ("query", "ec2"):
        element = ElementTree.fromstring(body)
        wrapper = shape.serialization.get("resultWrapper") if shape else f"{operation.name}Result"
        if spoken == "query":
            results = [child for child in element if child.tag.rsplit("}", 1)[-1] == wrapper]
            if len(results) != 1 and shape:
                left.append(f"{len(results)} elements {wrapper}")
            element = results[0] if results else element
        unknown_xml(shape, element, "answer", left)
    else:
        value = cbor(body) if spoken == "smithy-rpc-v2-cbor" else json.loads(body or b"{}")
        if shape:
            unknown(shape, value, "answer", left)


def main(files):
    checked, wrong, seen = 0, 0, set()
    for name in files:
        with open(name, encoding="utf-8") as lines:
            for line in lines:
                if line in seen:
                    continue
                seen.add(line)
                record = json.loads(line)
                left = []
                try:
                    operation = model(record["service"]).operation_model(record["action"])
                    check_request(record, operation, left)
                    check_answer(record, operation, left)
                except Exception as error:  # whatever it is, the request does not go with the model
                    left.append(f"{type(error).__name__}: {error}")
                checked += 1
                if left:
                    wrong += 1
                    print(f"{record['service']}:{record['action']}: {'; '.join(left)}", file=sys.stderr)
    print(f"{checked} requests were held against their models, {wrong} do not go with them")
    return 1 if wrong or not checked else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
