@password // io.lettuce:lettuce-core 6.2 or later.
@nobody // io.lettuce:lettuce-core 6.2 or later.
@iam // io.lettuce:lettuce-core 6.6 or later (earlier ones do not sign in again on open connections); of AWS's SDK for Java,
@iam // software.amazon.awssdk:auth and http-auth-aws 2.21 or later.
import io.lettuce.core.*;
@single import io.lettuce.core.api.StatefulRedisConnection;
@cluster import io.lettuce.core.cluster.*;
@cluster import io.lettuce.core.cluster.api.StatefulRedisClusterConnection;
@ca import java.io.File;
@iam import java.net.URI;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Supplier;
@iam import reactor.core.publisher.*;
@iam import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;
@iam import software.amazon.awssdk.http.*;
@iam import software.amazon.awssdk.http.auth.aws.signer.AwsV4HttpSigner;

/** One connection an instance, made once. After a SnapStart restore call reset(). JVM: networkaddress.cache.ttl=10. */
public final class Cache {
  private static final RedisURI SERVER = RedisURI.builder().withHost("@HOST@").withPort(@PORT@)
@tls       .withSsl(true).withVerifyPeer(SslVerifyMode.FULL)
@password       .withAuthentication("@USER@", System.getenv("CACHE_PASSWORD").toCharArray()) // @SECRET@
@iam       .withAuthentication(new Iam())
      .withTimeout(Duration.ofMillis(500)).build();
@ca   private static final SslOptions TLS = SslOptions.builder().trustManager(new File("@CA@")).build();
@public   private static final SslOptions TLS = SslOptions.create();
  private static final SocketOptions SOCKET =
      SocketOptions.builder().connectTimeout(Duration.ofMillis(@CONNECT@)).keepAlive(true).build();
@cluster   /** The map of slots is read again every minute, and at once when one has moved. */
@cluster   private static final ClusterTopologyRefreshOptions SLOTS = ClusterTopologyRefreshOptions.builder()
@cluster       .enablePeriodicRefresh(Duration.ofMinutes(1)).enableAllAdaptiveRefreshTriggers().build();
@single   private static final RedisClient CLIENT = RedisClient.create(SERVER);
@single   private static StatefulRedisConnection<String, String> connection;
@cluster   private static final RedisClusterClient CLIENT = RedisClusterClient.create(SERVER);
@cluster   private static StatefulRedisClusterConnection<String, String> connection;

  static {
@single     CLIENT.setOptions(ClientOptions.builder()
@cluster     CLIENT.setOptions(ClusterClientOptions.builder().topologyRefreshOptions(SLOTS).validateClusterNodeMembership(false)
@tls         .sslOptions(TLS)
@iam         .reauthenticateBehavior(ClientOptions.ReauthenticateBehavior.ON_NEW_CREDENTIALS)
        .socketOptions(SOCKET).disconnectedBehavior(ClientOptions.DisconnectedBehavior.REJECT_COMMANDS).build());
  }
@iam
@iam   /** Signs a token of 15 minutes for each new connection. The role needs elasticache:Connect on cache and user. */
@iam   private static final class Iam implements RedisCredentialsProvider {
@iam     private final AwsV4HttpSigner signer = AwsV4HttpSigner.create();
@iam     private final DefaultCredentialsProvider role = DefaultCredentialsProvider.builder().build();
@iam
@iam     private RedisCredentials sign() {
@iam       SdkHttpFullRequest request = SdkHttpFullRequest.builder()
@iam           .method(SdkHttpMethod.GET).uri(URI.create("https://@CACHE@/"))
@iam @serverless           .appendRawQueryParameter("ResourceType", "ServerlessCache")
@iam           .appendRawQueryParameter("Action", "connect").appendRawQueryParameter("User", "@USER@").build();
@iam       SdkHttpRequest signed = signer.sign(r -> r.identity(role.resolveCredentials()).request(request)
@iam           .putProperty(AwsV4HttpSigner.SERVICE_SIGNING_NAME, "elasticache")
@iam           .putProperty(AwsV4HttpSigner.REGION_NAME, "@REGION@")
@iam           .putProperty(AwsV4HttpSigner.AUTH_LOCATION, AwsV4HttpSigner.AuthLocation.QUERY_STRING)
@iam           .putProperty(AwsV4HttpSigner.EXPIRATION_DURATION, Duration.ofSeconds(900))).request();
@iam       return RedisCredentials.just("@USER@", signed.getUri().toString().substring("https://".length()));
@iam     }
@iam
@iam     @Override public Mono<RedisCredentials> resolveCredentials() { return Mono.fromSupplier(this::sign); }
@iam     @Override public boolean supportsStreaming() { return true; }
@iam     /** ElastiCache cuts a connection 12 hours after it signed in: open ones sign in again before. */
@iam     @Override public Flux<RedisCredentials> credentials() {
@iam       return Flux.interval(Duration.ofHours(11)).concatMap(n -> resolveCredentials().onErrorResume(e -> Mono.empty()));
@iam     }
@iam   }

  public static synchronized void reset() { if (connection != null) { connection.close(); connection = null; } }

@single   private static synchronized StatefulRedisConnection<String, String> open() {
@cluster   private static synchronized StatefulRedisClusterConnection<String, String> open() {
@serverless     // No setReadFrom: port 6380 of the same name answers MOVED to what is not read from replicas.
    return connection == null ? connection = CLIENT.connect() : connection;
  }

  /** The cache is optional: an error goes to the source. An empty text is cached, too. */
  public static String getOrLoad(String key, int ttl, Supplier<String> load) {
    try { String hit = open().sync().get(key); if (hit != null) return hit; } catch (RedisException e) { /* source */ }
    String value = load.get();
    long seconds = Math.round(ttl * ThreadLocalRandom.current().nextDouble(0.9, 1.1));
    try { open().async().setex(key, seconds, value == null ? "" : value); } catch (RedisException e) { /* later */ }
    return value;
  }

  public static void close() { reset(); CLIENT.shutdown(); } // in tests
}
