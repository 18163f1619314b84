<%@ page session="true" contentType="text/plain" %><%
    for (String line : new String[] {"a=1; Path=/", "b=\"two, too\"; Expires=Wed, 09 Jun 2027 10:18:14 GMT", "a=3"}) {
        response.addHeader("Set-Cookie", line);
    }
%>node=<%= System.getProperty("farm.node") %>
