using Tallystick.Billing.Bills;
using static Tallystick.Billing.Tests.Scenario;

namespace Tallystick.Billing.Tests;

public sealed class InvoiceSequenceTests
{
    [Theory]
    [InlineData("INVOICE-", 100, null, null, "INVOICE-101")] // the start is the number before the first
    [InlineData("INVOICE-", 100, "100 101", 101L, "INVOICE-102")]
    [InlineData("B", 100, "100 101", null, "B102")] // another prefix counts on
    [InlineData("INVOICE-", 200, "100 101", 101L, "INVOICE-201")] // another start counts anew
    [InlineData("INVOICE-", 120, "100 150", 150L, "INVOICE-151")] // but never below what was issued
    [InlineData("INVOICE-", 0, "100 150", 150L, "INVOICE-151")]
    [InlineData("INVOICE-", null, "100 150", 150L, "INVOICE-151")] // no start goes on
    [InlineData("2027-", 0, "100 150", null, "2027-1")] // a new prefix and start begin a new row
    [InlineData("INVOICE-", 0, "0 12", 150L, "INVOICE-151")] // an old prefix again
    [InlineData("INVOICE-", null, null, null, "INVOICE-1")]
    [InlineData("INVOICE-", int.MaxValue, null, null, "INVOICE-2147483648")]
    [InlineData(null, 100, null, null, null)] // no prefix, no number
    [InlineData("", 100, null, null, null)]
    public void Next_PrefixAndStart_GiveTheNumber(
        string? prefix, int? start, string? current, long? highest, string? expected)
    {
        var organization = Organization with { BillPrefix = prefix, SequenceStartNumber = start };
        var given = current?.Split(' ').Select(number => (long)Number(number)).ToArray();

        var next = InvoiceSequence.Next(
            given is null ? null : new InvoiceSequence(given[0], given[1]), organization, highest);

        (next is null ? null : InvoiceNumber.TextOf(prefix!, next.LastNumber)).ShouldBe(expected);
    }

    [Theory]
    [InlineData("INVOICE-101", "INVOICE-", "INVOICE-", 101)]
    [InlineData("INV-1101", "INV-1", "INV-1", 101)] // where the prefix that holds fits, it says where
    [InlineData("INV-1101", "2027-", "INV-", 1101)]
    [InlineData("INV-007", null, "INV-00", 7)] // no number has leading zeros
    [InlineData("INV-0", null, "INV-", 0)]
    [InlineData("INV--4", "INV-", "INV-", -4)]
    public void Divide_TextOfABill_IsItsPrefixAndNumber(string text, string? prefix, string before, long number) =>
        InvoiceNumber.Divide(text, prefix).ShouldBe((before, number));

    [Theory]
    [InlineData("INVOICE-")]
    [InlineData("")]
    [InlineData("99999999999999999999")]
    public void Divide_TextWithoutANumber_IsNull(string text) => InvoiceNumber.Divide(text, null).ShouldBeNull();
}
