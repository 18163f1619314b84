package share;

/** This Tomcat, as its catalina.properties describes it. */
public final class Node {
    private Node() {}

    /** The jvmRoute, such as {@code node1}. */
    public static String name() {
        return System.getProperty("farm.node", "node?");
    }

    /** Address of jkproxy's status page, for browsers. */
    public static String statusUrl() {
        return System.getProperty("farm.status", "");
    }

    /** Address of the same as JSON; the environment has the last word: in a network of containers it is another one. */
    public static String statusData() {
        String address = System.getenv().getOrDefault("JKPROXY_STATUS_URL", statusUrl());
        return address.endsWith("/") ? address + "status.json" : address;
    }

    /** How a reader ends a node: this and its name. */
    public static String killCommand() {
        return System.getenv().getOrDefault("KILL_COMMAND", "demo/run kill ");
    }

    /** How a reader starts one again: this and its name. */
    public static String startCommand() {
        return System.getenv().getOrDefault("START_COMMAND", "demo/run start ");
    }

    /** File that {@code /api/count} appends to; the nodes share it. */
    public static String executionsFile() {
        return System.getProperty("farm.executions", "executions.txt");
    }
}
