#!/usr/bin/env python3
"""Makes a stack of an exported template in an account of an emulator, and says of its parts that they are cachefit's:
stack.py ENDPOINT ACCOUNT NAME TEMPLATE

The emulator knows no rules of security groups in a template, so that the rule is added beside it. Alarms are made by another
part of the test.
"""

import os
import sys
import time

import botocore.session
import yaml
from botocore.config import Config

OWN = {"cachefit:managed": "true"}


def without(template, kinds):
    """The template as text, without resources of some kinds."""
    tree = yaml.safe_load(template)
    tree["Resources"] = {name: part for name, part in tree["Resources"].items() if part["Type"] not in kinds}
    return yaml.safe_dump(tree)


def main(endpoint, account, name, file):
    os.environ["AWS_CONFIG_FILE"] = os.environ["AWS_SHARED_CREDENTIALS_FILE"] = os.devnull
    session = botocore.session.get_session()
    session.set_credentials(account, "example")

    def client(service):
        config = Config(retries={"max_attempts": 1}, proxies={})
        return session.create_client(service, region_name="us-east-1", endpoint_url=endpoint, config=config)

    ec2, cache, stacks = client("ec2"), client("elasticache"), client("cloudformation")
    vpc = ec2.describe_vpcs()["Vpcs"][0]["VpcId"]
    here = [{"Name": "vpc-id", "Values": [vpc]}]
    subnets = [s["SubnetId"] for s in ec2.describe_subnets(Filters=here)["Subnets"]][:3]
    clients = ec2.describe_security_groups(Filters=here)["SecurityGroups"][0]["GroupId"]
    with open(file, encoding="utf-8") as template:
        body = without(template.read(), {"AWS::EC2::SecurityGroupIngress", "AWS::CloudWatch::Alarm"})
    values = {"VpcId": vpc, "SubnetIds": ",".join(subnets), "ClientSecurityGroupId": clients}
    stacks.create_stack(StackName=name, TemplateBody=body, Parameters=[
        {"ParameterKey": key, "ParameterValue": value} for key, value in values.items()])
    deadline = time.monotonic() + 60
    while (stack := stacks.describe_stacks(StackName=name)["Stacks"][0])["StackStatus"] == "CREATE_IN_PROGRESS":
        if time.monotonic() > deadline:
            sys.exit("the stack is not made in a minute")
        time.sleep(0.1)
    if stack["StackStatus"] != "CREATE_COMPLETE":
        failed = [event for event in stacks.describe_stack_events(StackName=name)["StackEvents"]
                  if "FAILED" in event["ResourceStatus"]]
        sys.exit(f"{stack['StackStatus']}: {failed}")

    own = [{"Key": key, "Value": value} for key, value in {**OWN, "cachefit:profile": name}.items()]
    for part in stacks.describe_stack_resources(StackName=name)["StackResources"]:
        kind, there = part["ResourceType"], part["PhysicalResourceId"]
        arn = {"ReplicationGroup": "replicationgroup", "SubnetGroup": "subnetgroup", "User": "user",
               "UserGroup": "usergroup"}.get(kind.rsplit("::", 1)[-1])
        if kind.startswith("AWS::ElastiCache::") and arn:
            resource = f"arn:aws:elasticache:us-east-1:{account}:{arn}:{there}"
            cache.add_tags_to_resource(ResourceName=resource, Tags=own)
        elif kind == "AWS::SecretsManager::Secret":
            client("secretsmanager").tag_resource(SecretId=there, Tags=own)
        elif kind == "AWS::EC2::SecurityGroup":
            ec2.create_tags(Resources=[there], Tags=own)
            ec2.authorize_security_group_ingress(GroupId=there, IpPermissions=[{
                "IpProtocol": "tcp", "FromPort": 6379, "ToPort": 6379, "UserIdGroupPairs": [{"GroupId": clients}]}])


if __name__ == "__main__":
    main(*sys.argv[1:])
