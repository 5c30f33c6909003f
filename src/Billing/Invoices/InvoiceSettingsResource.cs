using Tallystick.Foundation.Values;
using Tallystick.Resources.Definitions;

namespace Tallystick.Billing.Invoices;

/// <summary>The definition of the invoice settings of an organization.</summary>
public static class InvoiceSettingsResource
{
    private const int MaxLine = 100;

    /// <summary>The definition.</summary>
    public static ResourceDefinition<InvoiceSettings> Definition { get; } =
        new("InvoiceSettings", "invoicesettings", () => BillingJson.Format.InvoiceSettings)
        {
            Tag = "Tallystick",
            IsSingleton = true,
            IsCreatedOnAccess = true,
            Check = Check,
        };

    private static void Check(InvoiceSettings settings, Issues issues)
    {
        foreach (var (index, line) in (settings.AddressLines ?? []).Index())
        {
            if (TextLength.Of(line) > MaxLine)
                issues.Add("length", $"addressLines[{index}]", $"must have at most {MaxLine} characters");
        }
        if (!string.IsNullOrEmpty(settings.Logo) && LogoImage.FaultOf(settings.Logo) is { } fault)
            issues.Add("image", "logo", fault);
    }
}
