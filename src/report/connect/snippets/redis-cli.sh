@password # The password stays out of this text, the history and the command line: it is read where only you can read it.
@password eval "$(cachefit connect @PROFILE@ --user @USER@ --format env --reveal)"
@password REDISCLI_AUTH="$CACHE_PASSWORD" \
@iam # redis-cli 6.0 or later. A token lets in for 15 minutes; ElastiCache cuts the session after 12 hours: start it again.
@iam # AWS's own generator signs it: python3 -m pip install "developer-toolkit-elasticache>=1.1"
@iam REDISCLI_AUTH="$(developer-toolkit-elasticache generate_iam_auth_token \
@iam @nodes   --replication-group-id @CACHE@ --user-id @USER@ --region @REGION@)" \
@iam @serverless   --serverless-cache-name @CACHE@ --user-id @USER@ --region @REGION@)" \
@single @tls  redis-cli --tls@CACERT@ -h @HOST@ -p @PORT@@AS@
@cluster @tls  redis-cli -c --tls@CACERT@ -h @HOST@ -p @PORT@@AS@
@single @plain redis-cli -h @HOST@ -p @PORT@@AS@
@cluster @plain redis-cli -c -h @HOST@ -p @PORT@@AS@
