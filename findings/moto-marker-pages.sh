#!/bin/sh
# moto 5.2.5: ListObjects with a delimiter gives all folders of a listing on each of its pages, whatever MaxKeys is. A client
# that descends into the folders that it is given walks each of them once for every page. In S3 a folder (a common prefix) counts
# as one key, and a page never has more than MaxKeys: https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjects.html.
# moto's own ListObjectsV2 keeps to that.
#
# Seen, for three files and two folders, two on a page:
#   list_objects_v2: a.ts b/ | c.ts d/ | e.ts
#   list_objects: a.ts c.ts b/ d/ | e.ts b/ d/
#
# Ends with 0 while that is so, and with 1 once it changes. Needs python3 and a network.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv env
env/bin/pip install --quiet --disable-pip-version-check 'moto[s3]==5.2.5' boto3==1.44.8

cat >pages.py <<'PY'
import boto3
from moto import mock_aws

with mock_aws():
    client = boto3.client('s3', region_name='us-east-1', aws_access_key_id='any', aws_secret_access_key='any')
    client.create_bucket(Bucket='bucket')
    for key in ['a.ts', 'b/1.ts', 'b/2.ts', 'c.ts', 'd/1.ts', 'e.ts']:
        client.put_object(Bucket='bucket', Key=key, Body=b'bytes')
    for name in ['list_objects_v2', 'list_objects']:
        pages = []
        for page in client.get_paginator(name).paginate(
            Bucket='bucket', Delimiter='/', PaginationConfig={'PageSize': 2}
        ):
            names = [each['Key'] for each in page.get('Contents', [])]
            names += [each['Prefix'] for each in page.get('CommonPrefixes', [])]
            pages.append(' '.join(names))
        print(f'{name}: {" | ".join(pages)}')
PY
env/bin/python pages.py | tee seen

cat >expected <<'TEXT'
list_objects_v2: a.ts b/ | c.ts d/ | e.ts
list_objects: a.ts c.ts b/ d/ | e.ts b/ d/
TEXT
if diff expected seen; then echo 'as it was seen'; else echo 'it has changed'; exit 1; fi
