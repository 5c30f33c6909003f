namespace Tallystick.Server.Hosting;

/// <summary>The message printed when the server has started.</summary>
internal static class Greeting
{
    /// <summary>Prints the addresses and, after the first start, the credentials as lines to copy.</summary>
    internal static void Print(RunningServer server)
    {
        var host = server.Address.GetLeftPart(UriPartial.Authority).Replace(
            "0.0.0.0", "127.0.0.1", StringComparison.Ordinal).Replace("[::]", "127.0.0.1", StringComparison.Ordinal);
        System.Console.WriteLine($"""
            Tallystick is ready. Ctrl+C stops it.
              Console        {host}
              API            {host}
              Reference      {host}/docs
              API document   {host}/openapi.json
              Data           {server.DataPath}
            """);
        if (server.MetricsAddress is { } metrics)
            System.Console.WriteLine($"  Metrics        {metrics}");
        if (server.FirstCredentials is not { } first)
            return;
        if (first.Person is { } person)
            System.Console.WriteLine($"""

                First start: sign in to the console at {host} as the administrator. This is shown only now, and you
                choose a password of your own then.

                  E-mail         {person.Email}
                  Password       {person.Password ?? "the value you set"}
                """);
        System.Console.WriteLine($"""

            First start: the credentials of the administrator's service user, shown only now. Keep them, and paste these
            lines into the terminal that you call the API from:

            export TALLYSTICK_URL={host}
            export TALLYSTICK_ORG_ID={first.OrganizationId}
            export TALLYSTICK_ACCESS_KEY_ID={first.AccessKeyId}
            {(first.ApiSecret is { } secret
                ? $"export TALLYSTICK_API_SECRET={secret}"
                : "# TALLYSTICK_API_SECRET is the value you set")}
            """);
    }
}
