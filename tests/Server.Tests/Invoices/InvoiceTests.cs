using System.Buffers.Binary;
using System.IO.Compression;
using System.IO.Hashing;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Tallystick.Resources.Documents;
using Tallystick.Server.Tests.Api;
using Tallystick.Server.Tests.Bills;
using Tallystick.Server.Tests.Permissions;
using UglyToad.PdfPig;

namespace Tallystick.Server.Tests.Invoices;

/// <summary>PDF invoices and their settings, through the API.</summary>
public sealed class InvoiceTests(SqliteServer server)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Invoice_OfABill_StatesSellerCustomerAndTotal()
    {
        using var client = await server.NewOrganizationAsync();
        var bill = await BillAsync(client);
        await SetAsync(client, new JsonObject
        {
            ["legalName"] = "Acme Cloud GmbH",
            ["addressLines"] = new JsonArray("Lindenstraße 5", "Berlin"),
            ["taxText"] = "Net of tax.",
            ["paymentText"] = "30 days.",
            ["footer"] = "HRB 12345",
            ["logo"] = Convert.ToBase64String(Png(40, 20)),
        });

        var (response, pdf) = await GetPdfAsync(client, bill);

        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        response.Content.Headers.ContentType!.MediaType.ShouldBe("application/pdf");
        var text = string.Join('\n', InvoiceSamples.Read(pdf)[0]);
        foreach (var expected in new[]
        {
            "Draft invoice", "Acme Cloud GmbH", "Lindenstraße 5", "Bill to", "Ann", "Total USD | 30.00",
            "Standing Charge", "2025-01-01 – 2025-01-31", "Net of tax.", "30 days.", "HRB 12345", "Page 1 of 1",
        })
            text.ShouldContain(expected);
        using var document = PdfDocument.Open(pdf);
        document.GetPage(1).GetImages().ShouldHaveSingleItem();
        (await GetPdfAsync(client, bill)).Pdf.ShouldBe(pdf);
    }

    [Fact]
    public async Task Invoice_WithoutSettings_StatesTheOrganization()
    {
        using var client = await server.NewOrganizationAsync();
        var bill = await BillAsync(client);

        var (_, pdf) = await GetPdfAsync(client, bill);

        InvoiceSamples.Read(pdf)[0].ShouldContain("Total USD | 30.00");
    }

    [Fact]
    public async Task Invoice_ForACallerWhoMayNotReadTheAccount_ShowsItsCodeOnly()
    {
        using var client = await server.NewOrganizationAsync();
        var bill = await BillAsync(client);
        using var principal = await Principal.MakeAsync(
            client, "allow all *", "deny config:retrieve config:account");

        var (response, pdf) = await GetPdfAsync(principal.Client, bill);

        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        var text = string.Join('\n', InvoiceSamples.Read(pdf)[0]);
        text.ShouldContain("billed");
        text.ShouldNotContain("Ann");
    }

    [Fact]
    public async Task Invoice_OfNoBill_IsNotFound()
    {
        using var client = await server.NewOrganizationAsync();
        var (response, _) = await GetPdfAsync(client, "none");
        response.StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Logo_NoImageThatCanBePrinted_IsRefused()
    {
        using var client = await server.NewOrganizationAsync();
        var png = Png(40, 20);
        foreach (var bad in new[]
        {
            "?", Convert.ToBase64String("GIF89a"u8), Convert.ToBase64String(png[..^20]),
            Convert.ToBase64String(new byte[256 * 1024 + 1]), Convert.ToBase64String(Png(40, 20, declaredHeight: 21)),
            Convert.ToBase64String(Png(40, 20, declaredHeight: 2001)),
            Convert.ToBase64String(Png(40, 20, declaredHeight: 19)), Convert.ToBase64String(Png(40, 20, depth: 16)),
            Convert.ToBase64String([0xFF, 0xD8, 0xFF, 0xE0, 0, 2, 0xFF, 0xC0, 0xFF, 0xFF, 8, 0, 1, 0, 1, 3]),
        })
        {
            var refused = await client.PutAsync(
                "invoicesettings", new JsonObject { ["logo"] = bad, ["version"] = await VersionAsync(client) });
            refused.Status.ShouldBe(HttpStatusCode.BadRequest);
            refused.Faults.ShouldBe(["image logo"]);
        }
        (await client.GetAsync("invoicesettings")).Object["logo"].ShouldBeNull();
    }

    [Fact]
    public async Task Settings_LongAddressLine_IsRefused()
    {
        using var client = await server.NewOrganizationAsync();
        var refused = await client.PutAsync("invoicesettings", new JsonObject
        {
            ["addressLines"] = new JsonArray("ok", new string('x', 101)),
            ["version"] = await VersionAsync(client),
        });
        refused.Faults.ShouldBe(["length addressLines[1]"]);
    }

    [Fact]
    public async Task Fonts_FileThatIsNoFont_StopsTheStart()
    {
        var file = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid()}.ttf");
        await File.WriteAllTextAsync(file, "no font", Token);
        try
        {
            var refusal = await Should.ThrowAsync<StoreUnavailableException>(
                () => ApiServer.StartAsync(settings: ["--TALLYSTICK_FONTS", file]));
            refusal.Message.ShouldContain("TALLYSTICK_FONTS");
            refusal.Message.ShouldContain(file);
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static async Task<string> BillAsync(ApiClient client)
    {
        var account = await BilledAccount.MakeAsync(client);
        return (string)(await account.BillAsync("2025-02-01"))["billIds"]![0]!;
    }

    private static async Task<int> VersionAsync(ApiClient client) =>
        (int)(await client.GetAsync("invoicesettings")).Object["version"]!;

    private static async Task SetAsync(ApiClient client, JsonObject settings)
    {
        settings["version"] = await VersionAsync(client);
        (await client.PutAsync("invoicesettings", settings)).Status.ShouldBe(HttpStatusCode.OK);
    }

    private static async Task<(HttpResponseMessage Response, byte[] Pdf)> GetPdfAsync(ApiClient client, string bill)
    {
        var response = await client.Http.GetAsync(
            $"organizations/{client.OrganizationId}/bills/{bill}/invoice/pdf", Token);
        return (response, await response.Content.ReadAsByteArrayAsync(Token));
    }

    /// <summary>An image in one color; its header can say something else.</summary>
    private static byte[] Png(int width, int height, int? declaredHeight = null, byte depth = 8)
    {
        var header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), declaredHeight ?? height);
        (header[8], header[9]) = (depth, 2);
        using var rows = new MemoryStream();
        using (var compressed = new ZLibStream(rows, CompressionLevel.Optimal, leaveOpen: true))
        {
            for (var row = 0; row < height; row++)
                compressed.Write([0, .. Enumerable.Repeat((byte)98, 3 * width)]);
        }
        using var png = new MemoryStream();
        png.Write([0x89, .. "PNG\r\n"u8, 26, 10]);
        Write(png, "IHDR", header);
        Write(png, "IDAT", rows.ToArray());
        Write(png, "IEND", []);
        return png.ToArray();
    }

    private static void Write(MemoryStream png, string type, byte[] content)
    {
        byte[] checkedPart = [.. Encoding.ASCII.GetBytes(type), .. content];
        var number = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(number, content.Length);
        png.Write(number);
        png.Write(checkedPart);
        BinaryPrimitives.WriteUInt32BigEndian(number, Crc32.HashToUInt32(checkedPart));
        png.Write(number);
    }
}
