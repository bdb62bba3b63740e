#!/usr/bin/env python3
"""Makes the function `web` in the default network of accounts of an emulator: prepare.py ENDPOINT ACCOUNT..."""

import io
import os
import sys
import zipfile

import botocore.session
from botocore.config import Config


def main(endpoint, accounts):
    os.environ["AWS_CONFIG_FILE"] = os.environ["AWS_SHARED_CREDENTIALS_FILE"] = os.devnull
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as code:
        code.writestr("main.py", "def run(event, context):\n    return None\n")
    for account in accounts:
        session = botocore.session.get_session()
        session.set_credentials(account, "example")

        def client(service, session=session):
            config = Config(retries={"max_attempts": 1}, proxies={})
            return session.create_client(service, region_name="us-east-1", endpoint_url=endpoint, config=config)

        ec2 = client("ec2")
        vpc = ec2.describe_vpcs()["Vpcs"][0]["VpcId"]
        here = [{"Name": "vpc-id", "Values": [vpc]}]
        subnets = [s["SubnetId"] for s in ec2.describe_subnets(Filters=here)["Subnets"]]
        groups = [g["GroupId"] for g in ec2.describe_security_groups(Filters=here)["SecurityGroups"]]
        client("lambda").create_function(
            FunctionName="web", Runtime="python3.13", Handler="main.run", Code={"ZipFile": archive.getvalue()},
            Role=f"arn:aws:iam::{account}:role/web",
            VpcConfig={"SubnetIds": subnets[:3], "SecurityGroupIds": groups[:1]})


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
