using Tallystick.Billing.Bills;
using static Tallystick.Billing.Tests.Scenario;

namespace Tallystick.Billing.Tests;

public sealed class InvoiceSequenceTests
{
    [Theory]
    [InlineData("INVOICE-", 100, null, "INVOICE-101")] // the start is the number before the first
    [InlineData("INVOICE-", 100, "100 101", "INVOICE-102")]
    [InlineData("B", 100, "100 101", "B102")] // another prefix counts on
    [InlineData("INVOICE-", 200, "100 101", "INVOICE-201")] // another start counts anew
    [InlineData("INVOICE-", null, null, "INVOICE-1")]
    [InlineData("INVOICE-", int.MaxValue, null, "INVOICE-2147483648")]
    [InlineData(null, 100, null, null)] // no prefix, no number
    [InlineData("", 100, null, null)]
    public void Next_PrefixAndStart_GiveTheNumber(string? prefix, int? start, string? current, string? expected)
    {
        var organization = Organization with { BillPrefix = prefix, SequenceStartNumber = start };
        var given = current?.Split(' ').Select(number => (long)Number(number)).ToArray();
        var next = InvoiceSequence.Next(given is null ? null : new InvoiceSequence(given[0], given[1]), organization);
        next?.Text(organization).ShouldBe(expected);
        (next is null).ShouldBe(expected is null);
    }
}
