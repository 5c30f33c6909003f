using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Tallystick.Access.Credentials;
using Tallystick.Access.SecondFactors;
using Tallystick.Access.Sessions;
using Tallystick.Console;
using Tallystick.Console.Api;
using Tallystick.Server.Api.Http;
using Tallystick.Server.Hosting.Installation;

namespace Tallystick.Server.Hosting;

/// <summary>Adds the console and what it needs: sessions, and keys that protect its cookies and forms.</summary>
internal static class ConsoleParts
{
    internal static void AddTo(WebApplicationBuilder builder, InstallationKeys keys, string adminEmail)
    {
        ConsoleFiles.AddTo(builder);
        var services = builder.Services;
        // Warns that keys are stored without encryption, as all keys of the installation are.
        builder.Logging.AddFilter("Microsoft.AspNetCore.DataProtection", LogLevel.Error);
        // Warns of each form without a token, which would let anybody fill the log.
        builder.Logging.AddFilter("Microsoft.AspNetCore.Antiforgery", LogLevel.Error);
        services.AddSingleton(SessionSettings.From(builder.Configuration));
        services.AddSingleton<Sessions>();
        services.AddSingleton<ConsoleSignIn>();
        services.AddSingleton<SecondFactorSetup>();
        services.AddSingleton<ConsoleGate>();
        services.AddSingleton<IApiGate>(provider => provider.GetRequiredService<ConsoleGate>());
        // Without a name of its own, keys would only be valid in the directory that the program was started from.
        services.AddDataProtection().SetApplicationName("tallystick");
        services.Configure<KeyManagementOptions>(options => options.XmlRepository = new ProtectionKeys(keys));
        var provider = OidcSettings.From(builder.Configuration);
        services.AddSingleton(OidcSettings.RuleOf(provider, adminEmail));
        // The console logs what the operator can mend; the rest anybody could cause, to fill the log.
        builder.Logging.AddFilter("Microsoft.AspNetCore.Authentication", LogLevel.Critical);
        ConsoleHost.AddTo(services, new ConsoleSettings(
            RequestSource.Of,
            builder.Configuration["TALLYSTICK_PUBLIC_URL"] is { Length: > 0 } address ? address : null,
            provider));
    }

    /// <summary>Answers 404: with a page where somebody looks at pages, otherwise as the API does.</summary>
    internal static Task AnswerUnknownAsync(HttpContext context) => ConsoleHost.IsFromBrowser(context.Request)
        ? ConsoleHost.WriteNotFoundAsync(context)
        : ErrorAnswer.WriteAsync(
            context, StatusCodes.Status404NotFound,
            $"{context.Request.Method} {context.Request.Path} does not exist. See /docs.");
}
