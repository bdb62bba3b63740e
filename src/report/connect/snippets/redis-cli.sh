# The password stays out of this text, the history and the command line: it is read where only you can read it.
eval "$(cachefit connect @PROFILE@ --user @USER@ --format env --reveal)"
REDISCLI_AUTH="$CACHE_PASSWORD" \
@single  redis-cli --tls --cacert "@CA@" -h @HOST@ -p @PORT@ --user @USER@ --no-auth-warning
@cluster  redis-cli -c --tls --cacert "@CA@" -h @HOST@ -p @PORT@ --user @USER@ --no-auth-warning
