package share;

/** This Tomcat, as its catalina.properties describes it. */
public final class Node {
    private Node() {}

    /** The jvmRoute, such as {@code node1}. */
    public static String name() {
        return System.getProperty("farm.node", "node?");
    }

    /** Address of jkproxy's status page. */
    public static String statusUrl() {
        return System.getProperty("farm.status", "");
    }

    /** File that {@code /api/count} appends to; the nodes share it. */
    public static String executionsFile() {
        return System.getProperty("farm.executions", "executions.txt");
    }
}
