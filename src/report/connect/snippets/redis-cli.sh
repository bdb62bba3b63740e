# The password stays out of the command line: it is read from a file that only you can read.
REDISCLI_AUTH="$CACHE_PASSWORD" \
@single  redis-cli --tls --cacert "@CA@" -h @HOST@ -p @PORT@ --user @USER@ --no-auth-warning
@cluster  redis-cli -c --tls --cacert "@CA@" -h @HOST@ -p @PORT@ --user @USER@ --no-auth-warning
