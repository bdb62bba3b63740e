import io.lettuce.core.*;
@single import io.lettuce.core.api.StatefulRedisConnection;
@cluster import io.lettuce.core.cluster.*;
@cluster import io.lettuce.core.cluster.api.StatefulRedisClusterConnection;
@ca import java.io.File;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Supplier;

/** One connection an instance, made once. After a SnapStart restore call reset(). JVM: networkaddress.cache.ttl=60. */
public final class Cache {
  private static final RedisURI URI = RedisURI.builder().withHost("@HOST@").withPort(@PORT@).withSsl(true)
      .withVerifyPeer(SslVerifyMode.FULL).withTimeout(Duration.ofMillis(500))
@user       .withAuthentication("@USER@", System.getenv("CACHE_PASSWORD").toCharArray())
      .build();
@ca   private static final SslOptions TLS = SslOptions.builder().trustManager(new File("@CA@")).build();
@public   private static final SslOptions TLS = SslOptions.create();
  private static final SocketOptions SOCKET =
      SocketOptions.builder().connectTimeout(Duration.ofMillis(1500)).keepAlive(true).build();
@single   private static final RedisClient CLIENT = RedisClient.create(URI);
@single   private static StatefulRedisConnection<String, String> connection;
@cluster   private static final RedisClusterClient CLIENT = RedisClusterClient.create(URI);
@cluster   private static StatefulRedisClusterConnection<String, String> connection;

  static {
@single     CLIENT.setOptions(ClientOptions.builder().sslOptions(TLS).socketOptions(SOCKET)
@cluster     CLIENT.setOptions(ClusterClientOptions.builder().sslOptions(TLS).socketOptions(SOCKET)
        .disconnectedBehavior(ClientOptions.DisconnectedBehavior.REJECT_COMMANDS).build());
  }

  public static synchronized void reset() { if (connection != null) { connection.close(); connection = null; } }

@single   private static synchronized StatefulRedisConnection<String, String> open() {
@cluster   private static synchronized StatefulRedisClusterConnection<String, String> open() {
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
