import de.bwaldvogel.mongo.MongoServer;
import de.bwaldvogel.mongo.MongoVersion;
import de.bwaldvogel.mongo.backend.memory.MemoryBackend;
import java.util.List;

/** Serves MongoDB's protocol on a port of the loopback (0: a free one), and prints it. With `no-change-streams` it has none. */
public final class Server {
  /** Drivers of today refuse the wire version of its own MONGO_5_0, which is 8. */
  private static final class Version implements MongoVersion {
    @Override
    public List<Integer> getVersionArray() {
      return List.of(5, 0, 0);
    }

    @Override
    public int getWireVersion() {
      return 9;
    }
  }

  public static void main(String[] words) throws Exception {
    MemoryBackend backend = new MemoryBackend();
    backend.version(new Version());
    if (!List.of(words).contains("no-change-streams")) {
      backend.enableOplog();
    }
    MongoServer server = new MongoServer(backend);
    server.bind("127.0.0.1", Integer.parseInt(words[0]));
    System.out.println(server.getLocalAddress().getPort());
    // Ends with whoever started it, even where that was killed.
    while (System.in.read() >= 0) {
    }
    server.shutdownNow();
    System.exit(0);
  }
}
