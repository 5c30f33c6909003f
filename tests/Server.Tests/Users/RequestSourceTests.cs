using System.Net;
using Tallystick.Server.Api.Http;

namespace Tallystick.Server.Tests.Users;

/// <summary>What failed attempts are counted by: who has many addresses is one source all the same.</summary>
public sealed class RequestSourceTests
{
    [Theory]
    [InlineData("192.0.2.1", "192.0.2.1", true)]
    [InlineData("192.0.2.1", "192.0.2.2", false)]
    [InlineData("192.0.2.1", "::ffff:192.0.2.1", true)]
    [InlineData("::ffff:192.0.2.1", "::ffff:192.0.2.2", false)]
    [InlineData("2001:db8:1:2::1", "2001:db8:1:2:ffff::2", true)]
    [InlineData("2001:db8:1:2::1", "2001:db8:1:3::1", false)]
    public void Source_OfAnAddress_IsItOrItsNetworkOf64Bits(string one, string other, bool areSame) =>
        (RequestSource.Of(IPAddress.Parse(one)) == RequestSource.Of(IPAddress.Parse(other))).ShouldBe(areSame);
}
