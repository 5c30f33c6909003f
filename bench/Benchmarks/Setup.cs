using System.Text.Json.Nodes;
using Tallystick.Benchmarks.Serving;

namespace Tallystick.Benchmarks;

/// <summary>What is measured: a product with one meter of two measures and a dimension.</summary>
internal static class Setup
{
    /// <summary>Code of the meter.</summary>
    public const string MeterCode = "calls";

    /// <summary>Makes the product and its meter over the API.</summary>
    public static async Task MakeMeterAsync(ServingProcess server)
    {
        var product = await server.PostAsync("products", new JsonObject { ["name"] = "Model", ["code"] = "model" });
        await server.PostAsync("meters", new JsonObject
        {
            ["name"] = "Calls",
            ["code"] = MeterCode,
            ["productId"] = (string)product!["id"]!,
            ["derivedFields"] = new JsonArray(),
            ["dataFields"] = new JsonArray(
                Field("MEASURE", "tokens"), Field("MEASURE", "bytes"), Field("WHAT", "model")),
        });
    }

    /// <summary>Gives the meter derived fields; none for none.</summary>
    public static async Task DeriveAsync(
        ServingProcess server, params (string Category, string Code, string Calculation)[] fields)
    {
        var found = await server.GetAsync($"meters?codes={MeterCode}");
        var meter = found!["data"]![0]!.AsObject();
        meter["derivedFields"] = new JsonArray(
        [
            .. fields.Select(field =>
            {
                var derived = Field(field.Category, field.Code);
                derived["calculation"] = field.Calculation;
                return derived;
            }),
        ]);
        await server.PutAsync($"meters/{meter["id"]}", meter);
    }

    private static JsonObject Field(string category, string code)
    {
        var field = new JsonObject { ["category"] = category, ["code"] = code, ["name"] = code };
        if (category == "MEASURE")
            field["unit"] = "1";
        return field;
    }
}
