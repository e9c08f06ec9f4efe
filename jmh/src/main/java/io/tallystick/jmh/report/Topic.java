package io.tallystick.jmh.report;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** What a page is about: one benchmark, its question, and what to know of the answer. */
enum Topic {
  COUNTER(
      "Counters",
      "What does it cost to add to a counter whose series was resolved before?",
      "All threads add to one series, but for the floor, where each has an array of its own."
          + " OpenTelemetry's instruments are bound to their attributes, as on all pages on which"
          + " it says so; that is its incubating API. Dropwizard and Agrona know whole numbers"
          + " only, and cut the fraction; Agrona takes the JVM's flag, so that it is in the pass"
          + " with it alone."),
  COUNTER_LOOKUP(
      "Counters by label values",
      "What does it cost to look a counter up by its label values and add one?",
      "The floor is two look-ups in hash maps that each thread has for itself. OpenTelemetry's"
          + " attributes come with each add: nothing is bound."),
  GAUGE(
      "Gauges",
      "What does it cost to set a gauge, or to add to one, whose series was resolved before?",
      "Micrometer's is a volatile field to set and an atomic to add to, as it leaves both to its"
          + " user; OpenTelemetry's adds are those of an up-down counter."),
  HISTOGRAM(
      "Histograms",
      "What does it cost to observe a duration in a histogram of eleven bounds?",
      "Durations are random. The floor takes a bucket without a search for it."),
  NATIVE_HISTOGRAM(
      "Native histograms",
      "What does it cost to observe a duration in a histogram that has native buckets only?",
      "At most 160 buckets, as is the default. The floor takes a bucket without a search for it."),
  SUMMARY(
      "Summaries",
      "What does it cost to observe a duration in a summary of count and sum?",
      "With quantiles: 0.5, 0.95 and 0.99, with errors of 0.01, 0.005 and 0.001. Micrometer's also"
          + " keeps a maximum, OpenTelemetry's both extremes, and Dropwizard's a sample for"
          + " quantiles in place of a sum."),
  EXEMPLARS(
      "Exemplars",
      "What do exemplars add to an update where there is a tracer, but no active span?",
      "Without a tracer, and with exemplars turned off, for comparison."),
  SHARED_COLUMN(
      "Threads without a column",
      "What does an update cost a thread that has no column, because the table is full?",
      "The table has one column, and a thread that is not measured keeps it. The peers have no"
          + " columns: theirs are the updates of the other pages."),
  SCRAPE(
      "Scrapes",
      "How long does one scrape of eight processes with 100,000 counter series each take?",
      "Tallystick merges eight process files, each with two columns that threads own and the shared"
          + " one; the processes all have the same series, or each has its own. The peers have no"
          + " processes to merge: one registry has all series of the merged text. OpenTelemetry's"
          + " exporter is a collector of client_java's registry. A scrape reads through buffers,"
          + " with `--add-opens` or without."),
  NAMED_SCRAPE(
      "Scrapes by name",
      "How long does a scrape of 100,000 counter series take that asks for ten of them by name?",
      "As `name[]` and client_java's filter properties do."),
  TEXT_WRITER(
      "Text",
      "What does a line cost in the text formats?",
      "An operation is a line. client_java's writers write snapshots that were made before;"
          + " Tallystick also reads the process file, each time. Micrometer's and OpenTelemetry's"
          + " exporters have client_java's writers."),
  PROTOBUF(
      "Protobuf",
      "What does a series cost in the protobuf format?",
      "An operation is a series: 50,000 counters, and 2,500 histograms of eleven bounds."
          + " client_java's writer writes them for both: snapshots that were made before, and those"
          + " that Tallystick makes of the process file each time, as it has no writer of its own"
          + " for this format."),
  PYTHON_SCRAPE(
      "client_python's files",
      "How long does a scrape of 8 files of client_python with 10,000 series each take?",
      "client_python's own collector and Tallystick's scraper write the text of one directory;"
          + " medians, and Tallystick's first scrape in a cold JVM."),
  MIRROR_COST(
      "Mirroring",
      "How much CPU time does it take to mirror a registry of 5,000 series once?",
      "Half of the series change from one round of the mirror to the next. One round a second is"
          + " the default."),
  FILE_SIZES(
      "Memory of a series",
      "How many bytes does a counter series take, in shared memory and in the heap?",
      "Of 100,000 series, a mean. A file is that of series that were never updated; each thread with"
          + " a column adds its copy of the cells, which is that of a third one. Heap is with label"
          + " values and resolved data points, of peers with their registries: what is used more"
          + " after the series were made than before, each time after a collection, and beside it"
          + " what JOL finds in the objects that more can be reached then."),
  CONDITION(
      "Conditions",
      "What does it cost to evaluate a condition of five comparisons, all of which are needed?",
      "Variables come from a `HashMap`. The floor is the same expression in Java, with the same"
          + " look-ups."),
  CIRCUIT_BREAKER(
      "Circuit breaker",
      "What does a circuit breaker add to a call that succeeds?",
      "The breaker is closed, and all threads share it. The call adds one to a number, and is the"
          + " floor."),
  FALLBACK_STORE(
      "A store of two",
      "What does a fallback store add to a call while its first store is there?",
      "Both of its stores are in the heap; one of them alone is the floor. Each thread writes"
          + " without a pause, to one of so many keys at random, all of which are there before."),
  FAILOVER(
      "Failing over",
      "How long does it take to go on with the second store when the first is away, and to go"
          + " back?",
      "In a warm JVM, a Redis on loopback that is stopped and goes on, and a SQLite file in memory"
          + " that two fallback stores share. From the fifth failure until the second has answered,"
          + " and until the other store is in the same mode; from when Redis goes on until it is in"
          + " use again, with nothing in the journal and with so many operations."),
  STORE(
      "Stores",
      "How much does a store do in a second?",
      "Values and payloads have 100 bytes; a value is one of 10,000. A job is offered, taken and"
          + " acknowledged. All threads together; figures are calls in a second, so that more is"
          + " better. The floor is the JDK's concurrent collections. Plain JDBC is one connection"
          + " to SQLite with a commit for each write. Files are on the disk of temporary files,"
          + " and as a commit does not wait for the disk."),
  PUBLICATION(
      "Publications",
      "How long does a store take to take in what has changed of a source of 100,000 counter"
          + " series?",
      "All of them, or a hundred. The floor puts the series into a hash map; plain JDBC writes a"
          + " number for each in one transaction, and nothing else of it."),
  STORE_OPEN(
      "Opening a store",
      "How long does it take a fresh JVM to open a store of 100 MB that is there?",
      "Medians of several JVMs. Again is a second time in the same JVM, with all classes loaded."
          + " JDBC is SQLite's driver by itself, which opens the store's file and reads its"
          + " schema."),
  START_UP(
      "Start-up",
      "How long does it take a fresh JVM until it has counted?",
      "Medians of several JVMs. Open is of the directory, or a registry; first inc is all from the"
          + " builder of the first counter to its first increment. Again is a second time in the"
          + " same JVM, with all classes loaded. A full directory has eight living processes with"
          + " 10,000 series each, and the totals of a hundred that died. There is no tracer that"
          + " could be found and loaded."),
  REPLICATION(
      "Replication",
      "Is an update slower while its directory of 10,000 series is published to a store once a"
          + " second?",
      "The floor is the same increment without a replicator; the store is in the heap."),
  REDIS_LEDGER(
      "The ledger in Redis",
      "How long does it take to publish to Redis, and to read a fleet from it?",
      "In a warm JVM, on loopback. A `HINCRBYFLOAT` for each update, on a connection of Jedis'"
          + " pool, is how libraries count that keep their metrics in Redis; the ratio is of one"
          + " for each of the series to a publication of them all."),
  LATENCY(
      "Latency",
      "Is an update slower while something else goes on?",
      "One thread does nothing, adds one to a counter and observes in a histogram, in turn at a"
          + " fixed rate of 100,000 a second, in a directory of 10,000 series on tmpfs where"
          + " nothing else is said. Latency is from when an update was due, so that one that is"
          + " held up makes all those late that were due meanwhile; beside it is that of the calls"
          + " alone, the clock included. `p 9999` is the percentile of 99.99 %, and so on. What the"
          + " machine itself holds up is in the latency of nothing, too. Series are created at up"
          + " to 10,000 a second. Where no file can grow, there is a limit to their length; a full"
          + " file system is a tmpfs for this process alone; a series that was made then counts in"
          + " the heap. A disk is saturated by two processes that"
          + " write and force it; one that holds a directory may hold up updates, which is why"
          + " the default is on tmpfs."),
  GROWTH(
      "Growth",
      "How do the time and the memory of a scrape, a publication and a retirement grow?",
      "With the series of one process, with processes of 100 series each, with the columns of a"
          + " process of 1,000 series, and with hosts of 1,000 series each in one ledger in the"
          + " heap. A scrape is one of a warm scraper; its heap is what the scraper keeps, its file"
          + " the length of all files in the directory. A publication is the first of a fresh"
          + " replicator to a store in the heap, from its start; of hosts, one of all series of"
          + " one of them. A retirement is of files whose processes have died; of hosts, of one of"
          + " them."),
  RECORDS(
      "Records",
      "How long does it take to save records, to find a few of many, to read a long history, and to"
          + " back all of it up?",
      "In a warm JVM, Redis on loopback and the files of stores in memory. Metrics have ten samples"
          + " each; the long history has as many samples as there are metrics, in 1,000 windows."),
  DEAD_PROCESSES(
      "Dead processes",
      "How long does it take to retire 30,000 dead processes, and what does a scrape cost after?",
      "In a cold JVM, once."),
  SD_HITS(
      "Service discovery: hits",
      "How many lists of targets does `sd serve` answer with in a second?",
      "Over 64 connections on loopback, from a load generator on the same cores: as many requests"
          + " as there can be, and at the rate that is asked of it, with latencies from when"
          + " requests were due. Figures are medians of five rounds, and least and most those of"
          + " single ones; of what was asked, the least that was answered. Lists have 10 and 1,000"
          + " targets. `jmh/load URL` is that generator by itself."),
  SD_JOBS(
      "Service discovery: misses and jobs",
      "What does service discovery cost where there is no list yet, and do its lists stay fresh?",
      "Of misses and jobs, medians of five rounds, and least and most those of single ones. A miss"
          + " is a request that queues a job, also after 10,000 others; a job is that of a JSON file,"
          + " with one worker that has many of them to do. Refreshes are of generators of 100 ms, by four"
          + " workers: a fifth of 1,000 paths in a fifth of a minute, three rounds of polls.");

  private final String title;
  private final String question;
  private final String note;

  Topic(String title, String question, String note) {
    this.title = title;
    this.question = question;
    this.note = note;
  }

  String title() {
    return title;
  }

  String question() {
    return question;
  }

  String note() {
    return note;
  }

  /** Why a peer does better here, where one does. */
  String whyPeersWin() {
    return switch (this) {
      case COUNTER, COUNTER_LOOKUP, HISTOGRAM, NATIVE_HISTOGRAM, SUMMARY, EXEMPLARS ->
          "a virtual thread gets no column, and adds atomically in one that it shares.";
      case GAUGE ->
          "an addition is a loop of compare-and-set on the one double that all threads of a process"
              + " share, since it can be set, too, and no addition may be lost. Micrometer's user"
              + " has an integer, to which one instruction adds; OpenTelemetry's up-down counter"
              + " cannot be set, so that it is spread over cells.";
      case SHARED_COLUMN ->
          "a thread without a column adds atomically in one that it shares, as the peers do, and"
              + " finds out first that it has none.";
      case NAMED_SCRAPE ->
          "client_java asks each collector for its name; Tallystick first looks for processes that"
              + " came or died, and for what each has registered since.";
      case PROTOBUF ->
          "client_java's snapshots were made before they are measured; Tallystick makes its own each"
              + " time.";
      case PUBLICATION, STORE ->
          "plain JDBC writes values alone: no versions, leases, tombstones or times to live, which"
              + " are what a store is for.";
      default -> "no cause is known; see whether the ranges overlap.";
    };
  }

  /** The topic of a raw file, whatever comes after the name of its pass. */
  static Optional<Topic> ofFile(String name) {
    return Arrays.stream(values())
        .filter(topic -> name.matches(topic.slug() + "-" + Pass.NAME + "\\..*"))
        .findFirst();
  }

  /** The name of its page and the beginning of its raw files: {@code counter-lookup}. */
  String slug() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
