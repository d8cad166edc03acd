#!/bin/sh
# Makes the secrets of stack.yml with passwords of their own, where there are none yet: deploy/make-secrets.sh [FOLDER]
# The other files of the folder are written by hand; docs/operations.md says what is in each.
set -eu
umask 077
folder=${1:-$(dirname "$0")/secrets}
mkdir -p "$folder"
random() { od -An -N24 -tx1 /dev/urandom | tr -d ' \n'; }
if [ ! -e "$folder/redis_url" ]; then
  password=$(random)
  printf 'redis://flants:%s@redis:6379\n' "$password" > "$folder/redis_url"
  # The right of docs/cluster.md; nobody else may do anything.
  printf 'user default off\nuser flants on >%s resetkeys resetchannels ~{flants}* -@all +@read +@write +@connection +@transaction +eval +evalsha +time -@dangerous +info +config|get\n' "$password" > "$folder/redis_users"
fi
[ -e "$folder/api_token" ] || random > "$folder/api_token"
[ -e "$folder/catalogue" ] || echo "write into $folder/catalogue: a mongodb:// URL, or playlists, one per line"
[ -e "$folder/aws_credentials" ] || echo "write into $folder/aws_credentials: an AWS credentials file with the profile [default]"
