namespace Tallystick.Client.Tests.Document;

/// <summary>What customers compile against is a committed text, so that a change of it is seen.</summary>
public sealed class PublicApiTests
{
    private static readonly string Committed =
        Path.Combine(Testing.Repository.Root, "src", "Client", "PublicApi.txt");

    [Fact]
    public void PublicApi_OfTheClient_IsThatCommitted()
    {
        var api = PublicApi.Of(typeof(TallystickClient).Assembly);
        if (Environment.GetEnvironmentVariable("TALLYSTICK_WRITE_API") == "1")
            File.WriteAllText(Committed, api);

        File.ReadAllText(Committed).ShouldBe(
            api, "Run the tests of the client with TALLYSTICK_WRITE_API=1 and commit the file.");
    }
}
