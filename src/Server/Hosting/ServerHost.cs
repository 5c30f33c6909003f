using NodaTime;
using Tallystick.Access.Credentials;
using Tallystick.Access.Organizations;
using Tallystick.Access.Permissions;
using Tallystick.Access.Users;
using Tallystick.Billing.BillLife;
using Tallystick.Billing.BillRuns;
using Tallystick.Billing.Erasures;
using Tallystick.Billing.Ingest;
using Tallystick.Billing.Ledger;
using Tallystick.Billing.Statements;
using Tallystick.Console;
using Tallystick.Metering.Ingest.Otlp;
using Tallystick.Metering.LookupTables;
using Tallystick.Metering.Measurements;
using Tallystick.Metering.Removal;
using Tallystick.Resources.Changes;
using Tallystick.Resources.Documents;
using Tallystick.Resources.Events;
using Tallystick.Resources.Files;
using Tallystick.Resources.Jobs;
using Tallystick.Server.Api;
using Tallystick.Server.Api.Auth;
using Tallystick.Server.Api.Events;
using Tallystick.Server.Api.Files;
using Tallystick.Server.Api.Http;
using Tallystick.Server.Api.Invitations;
using Tallystick.Server.Api.LookupTables;
using Tallystick.Server.Api.Measurements;
using Tallystick.Server.Api.Permissions;
using Tallystick.Server.Api.Resources;
using Tallystick.Server.Hosting.Backups;
using Tallystick.Server.Hosting.Installation;
using Tallystick.Server.Hosting.Metrics;
using Tallystick.Server.Jobs;
using Tallystick.Server.OpenApi;
using Tallystick.Server.SampleData;
using Tallystick.Storage;
using Tallystick.Storage.Files;

namespace Tallystick.Server.Hosting;

/// <summary>The composition root, which connects engines, background workers and the API.</summary>
internal static class ServerHost
{
    /// <summary>
    /// Settings are read once. If their files were watched, every write to a data directory next to them would trigger
    /// the watcher.
    /// </summary>
    private const string UnwatchedSettings = "--hostBuilder:reloadConfigOnChange=false";

    /// <summary>
    /// Minimum number of pool threads. By default, the pool starts with one per processor and adds only about two per
    /// second, which is too slow while threads wait for the disk.
    /// </summary>
    private const int MinThreads = 16;

    /// <summary>Default address to listen on.</summary>
    internal const string DefaultUrl = "http://127.0.0.1:8080";

    /// <summary>Runs the product until it is stopped.</summary>
    /// <returns>0, or 1 if it could not start or failed.</returns>
    internal static async Task<int> RunAsync(string[] args)
    {
        args = CommandLine.Normalize(args);
        if (CommandLine.Answer(args) is { } answer)
        {
            System.Console.WriteLine(answer);
            return 0;
        }
        try
        {
            CommandLine.Check(args);
            if (args.Contains(CommandLine.WriteOpenApiOption))
            {
                await File.WriteAllTextAsync(
                    CommandLine.ValueOf(args, CommandLine.WriteOpenApiOption),
                    ApiDocument.Write(ApiOperations.All, TypeDocumentation.Read(AppContext.BaseDirectory)));
                return 0;
            }
            if (args.Contains(RestoreAdministrator.Option))
            {
                await RestoreAdministratorAsync(args, SystemClock.Instance, System.Console.Out);
                return 0;
            }
            if (args.Contains(BackupCommand.Option))
            {
                await BackupCommand.RunAsync(args);
                return 0;
            }
            using var signals = new StopSignals();
            // To declare the operations takes a tenth of a second, in which the stores open.
            _ = Task.Run(() => ApiOperations.All);
            await using var server = await StartAsync(args, SystemClock.Instance, signals: signals);
            // Print new credentials even if a stop was requested, because they are shown only once.
            if (!server.IsStopping || server.FirstCredentials is not null)
                Greeting.Print(server);
            return await server.WaitForShutdownAsync();
        }
        catch (Exception unavailable) when (unavailable is StoreUnavailableException or StoreOutageException)
        {
            await System.Console.Error.WriteLineAsync(unavailable.Message);
            return 1;
        }
    }

    /// <summary>The configured data directory.</summary>
    internal static string DataPathOf(IConfiguration configuration) =>
        configuration["TALLYSTICK_DATA"] is { Length: > 0 } path ? path : "data";

    /// <summary>Starts the product. It accepts requests when this method returns.</summary>
    /// <param name="args">Command line: <c>--urls</c>, and any setting as <c>--NAME value</c>.</param>
    /// <param name="clock">The clock.</param>
    /// <param name="wrapLog">Wraps the measurement log; only for benchmarks.</param>
    /// <param name="signals">Stop signals of the process.</param>
    internal static async Task<RunningServer> StartAsync(
        string[] args, IClock clock, Func<ILogPartition, ILogPartition>? wrapLog = null, StopSignals? signals = null)
    {
        ThreadPool.GetMinThreads(out var workers, out var completions);
        ThreadPool.SetMinThreads(Math.Max(workers, MinThreads), completions);
        var acceptsLoss = args.Contains(DataDirectory.AcceptLossOption);
        var builder = WebApplication.CreateSlimBuilder(
            [.. args.Where(arg => arg != DataDirectory.AcceptLossOption), UnwatchedSettings]);
        Settings.Check(builder.Configuration);
        var metrics = MetricsAccess.From(builder.Configuration);
        builder.WebHost.UseUrls(metrics.AddTo(builder.Configuration["urls"] ?? DefaultUrl));
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.AddServerHeader = false);
        RequestLimits.From(builder.Configuration).AddTo(builder);
        ConfigureLogging(builder.Logging);
        // Check settings before opening anything, so that a refused start changes nothing.
        var settings = BootstrapSettings.From(builder.Configuration);
        var retention = EventRetention.From(builder.Configuration, clock);
        // Own fonts are read when the first invoice is made; those of the operator can be wrong.
        var fonts = FontSettings.Of(builder.Configuration);
        var data = OpenData(DataPathOf(builder.Configuration));
        OpenedEngines? engines = null;
        RunningServer? server = null;
        try
        {
            var formerKeys = LegacyKeyFiles.Read(data.Path, clock);
            engines = await OpenedEngines.OpenAsync(
                builder.Configuration, data, clock, acceptsLoss, documents => RequireKeysAsync(documents, clock));
            var (store, measurements) = (engines.Documents, engines.Measurements);
            AddServices(builder.Services, store, clock);
            await AddKeysAsync(
                builder.Services, new InstallationKeys(Machinery.NewService(store, clock)), formerKeys, clock);
            measurements.AddTo(builder.Services, clock, wrapLog);
            builder.Services.AddSingleton(retention);
            AddEvents(builder.Services);
            AddBilling(builder.Services);
            builder.Services.AddSingleton(_ => fonts.Value);
            AddFiles(
                builder.Services, DirectoryFileStore.Open(Path.Combine(data.Path, InstallationFiles.Files), clock));
            AddLookupTables(builder.Services);
            AddJobs(builder.Services);
            ConsoleParts.AddTo(builder, new InstallationKeys(Machinery.NewService(store, clock)), settings.AdminEmail);
            builder.Services.AddSingleton(data);
            builder.Services.AddSingleton(engines.BackupSources);
            builder.Services.AddHostedService<BackupListener>();
            var app = builder.Build();
            server = new RunningServer(app, metrics, [engines], data);
            signals?.HandTo(app.Lifetime);
            // Create these now to check their settings before accepting requests.
            app.Services.GetRequiredService<Mail>();
            app.Services.GetRequiredService<PublicAddress>();
            Map(app, metrics);
            if (measurements.Log.DiscardedAtOpening is { } cut)
                Log.TailCut(app.Logger, cut.File, cut.Offset, cut.Bytes);
            var bootstrap = Bootstrap.Of(app.Services);
            // Before the background workers start, because they process all listed organizations.
            await bootstrap.ListOrganizationsAsync(CancellationToken.None);
            await RegisterInvoiceNumbersAsync(
                app, await Organizations.IdsAsync(AllKinds.Catalog, store, CancellationToken.None));
            await LegacyUploads.MoveAsync(data.Path, app.Services, CancellationToken.None);
            await server.ListenAsync(bootstrap, settings);
            if (server.FirstCredentials is null && !server.IsStopping)
                await LaterCredentials.WarnAsync(store, settings, app.Logger);
            return server;
        }
        catch
        {
            await CloseAsync(server, engines, data);
            throw;
        }
    }

    private static void ConfigureLogging(ILoggingBuilder logging)
    {
        logging.SetMinimumLevel(LogLevel.Warning);
        logging.AddFilter("Microsoft.Hosting.Lifetime", LogLevel.Warning);
        // The host logs the same exception again: start errors are reported by the start, worker failures are logged
        // as critical.
        logging.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.Critical);
    }

    private static DataDirectory OpenData(string path)
    {
        InstallationFiles.RequireOwn(path);
        return DataDirectory.Open(path);
    }

    // Closes what a failed start has opened.
    private static async Task CloseAsync(RunningServer? server, OpenedEngines? engines, DataDirectory data)
    {
        if (server is not null)
        {
            await server.DisposeAsync();
            return;
        }
        if (engines is not null)
            await engines.DisposeAsync();
        data.Dispose();
    }

    /// <summary>Adds an administrator to an organization while the product is stopped.</summary>
    internal static async Task RestoreAdministratorAsync(string[] args, IClock clock, TextWriter output)
    {
        var (organizationId, rest) = RestoreAdministrator.Read(args);
        var builder = WebApplication.CreateSlimBuilder([.. rest, UnwatchedSettings]);
        Settings.Check(builder.Configuration);
        var path = DataPathOf(builder.Configuration);
        InstallationFiles.Require(path);
        if (builder.Configuration["TALLYSTICK_POSTGRES"] is not { Length: > 0 })
            InstallationFiles.RequireDocuments(path);
        using var data = DataDirectory.Open(path);
        await using var engines = await OpenedEngines.OpenAsync(
            builder.Configuration, data, clock, acceptsLoss: false,
            documents => RestoreAdministrator.RequireOrganizationAsync(documents, organizationId));
        await RestoreAdministrator.RunAsync(engines.Documents, clock, organizationId, output);
    }

    // Checked before the documents are upgraded, so that a refused start leaves them unchanged.
    private static async Task RequireKeysAsync(IDocumentReader documents, IClock clock)
    {
        var keys = await InstallationKeys.ListAsync(documents, CancellationToken.None);
        SigningKeys.Require(keys, clock);
        UrlSignatures.Require(keys);
        ProtectionKeys.Require(keys);
    }

    private static async Task AddKeysAsync(
        IServiceCollection services, InstallationKeys stored, LegacyKeyFiles former, IClock clock)
    {
        await former.KeepAsync(stored, CancellationToken.None);
        former.Remove();
        services.AddSingleton(await SigningKeys.OpenAsync(stored, clock, CancellationToken.None));
        services.AddSingleton(await UrlSignatures.OpenAsync(stored, clock, CancellationToken.None));
    }

    private static void AddServices(IServiceCollection services, IDocumentStore store, IClock clock)
    {
        services.AddSingleton(store);
        services.AddSingleton(clock);
        services.AddSingleton<IngestCodes>();
        services.AddSingleton<IChangeListener>(provider => provider.GetRequiredService<IngestCodes>());
        services.AddSingleton<OtlpMappingChanges>();
        services.AddSingleton<IChangeListener>(provider => provider.GetRequiredService<OtlpMappingChanges>());
        services.AddSingleton<OtlpRules>();
        services.AddSingleton<ChangeFeed>();
        services.AddSingleton<Readiness>();
        services.AddSingleton<SecretsRefused>(provider =>
        {
            var logger = provider.GetRequiredService<ILogger<AccessKeys>>();
            return (accessKeyId, count) => Log.SecretsRefused(logger, accessKeyId, count);
        });
        services.AddSingleton<IPasswordHashing, PasswordHashing>();
        services.AddSingleton<AccessKeys>();
        services.AddSingleton<CallerAccess>();
        services.AddSingleton<Logins>();
        services.AddSingleton<Mail>();
        services.AddSingleton<PublicAddress>();
        services.AddSingleton(provider => new Tokens(
            provider.GetRequiredService<SigningKeys>(), provider.GetRequiredService<AccessKeys>(),
            provider.GetRequiredService<Logins>(), clock));
        services.AddSingleton(Machinery.New());
        services.AddSingleton<ResourceService>();
        ApiServices.AddTo(services);
    }

    private static void AddEvents(IServiceCollection services)
    {
        services.AddSingleton<IngestFailureEvents>();
        services.AddSingleton<ChangeEventSource>();
        services.AddSingleton<ActionedEvents>();
        services.AddSingleton(provider => new EventPages(
            [provider.GetRequiredService<ChangeEventSource>(), provider.GetRequiredService<IngestFailureEvents>()],
            provider.GetRequiredService<ActionedEvents>()));
        services.AddHostedService<EventSweeper>();
        services.AddSingleton<EventNews>();
        services.AddSingleton<IChangeListener>(provider => provider.GetRequiredService<EventNews>());
        services.AddSingleton(provider => new Subscriptions(
            provider.GetRequiredService<ResourceService>(), provider.GetRequiredService<IDocumentStore>(),
            AccessKeyResource.Installation));
        services.AddSingleton<EventPumps>();
        services.AddHostedService(provider => provider.GetRequiredService<EventPumps>());
        services.AddSingleton(TimeProvider.System);
        services.AddSingleton<ConservationCheck>();
        services.AddHostedService(provider => provider.GetRequiredService<ConservationCheck>());
        IngestMetrics.AddTo(services);
    }

    private static void AddBilling(IServiceCollection services)
    {
        services.AddSingleton<BillJobHandler>();
        services.AddSingleton<IJobHandler>(provider => provider.GetRequiredService<BillJobHandler>());
        services.AddSingleton<IJobHandler, StatementJobHandler>();
        services.AddSingleton<IEventSubscriber, StatementsOnApproval>();
        services.AddSingleton(provider =>
            ScheduleQueue.TransactionHandler(provider.GetRequiredService<ResourceService>()));
        services.AddSingleton<IJobHandler, AutoApproval>();
        services.AddSingleton<IJobHandler, ScheduledBilling>();
        services.AddSingleton(provider =>
            ScheduleQueue.ChargeHandler(provider.GetRequiredService<ResourceService>()));
    }

    // Registers numbers issued by earlier versions before new ones are issued.
    private static async Task RegisterInvoiceNumbersAsync(
        WebApplication app, IReadOnlyList<string> organizationIds)
    {
        const int MaxNamed = 20;
        var resources = app.Services.GetRequiredService<ResourceService>();
        foreach (var organizationId in organizationIds)
        {
            var repeated = await InvoiceNumbers.RegisterAsync(resources, organizationId, CancellationToken.None);
            if (repeated.Count > 0)
                Log.InvoiceNumbersRepeated(
                    app.Logger, organizationId, repeated.Count, string.Join(", ", repeated.Take(MaxNamed)));
        }
    }

    private static void AddFiles(IServiceCollection services, IFileStore files)
    {
        services.AddSingleton(files);
        services.AddSingleton<ArrivingUploads>();
        services.AddHostedService<FileSweeper>();
    }

    private static void AddLookupTables(IServiceCollection services)
    {
        services.AddSingleton<LookupStore>();
        services.AddSingleton<LookupRevisions>();
        services.AddSingleton<LookupData>();
        services.AddSingleton<LookupJobs>();
        services.AddSingleton<LookupUploads>();
        services.AddSingleton<IUploadTarget>(provider => provider.GetRequiredService<LookupUploads>());
        services.AddSingleton<IJobHandler, LookupJobHandler>();
    }

    private static void AddJobs(IServiceCollection services)
    {
        services.AddSingleton<JobBoard>();
        services.AddSingleton<IChangeListener>(provider => provider.GetRequiredService<JobBoard>());
        services.AddSingleton<IJobHandler, VoidJobHandler>();
        services.AddSingleton<IJobHandler, ErasureJobHandler>();
        services.AddSingleton<SampleTools>();
        services.AddSingleton<IJobHandler, SampleJobHandler>();
        services.AddSingleton<JobRunner>();
        services.AddHostedService(provider => provider.GetRequiredService<JobRunner>());
    }

    private static void Map(WebApplication app, MetricsAccess metrics)
    {
        app.Services.GetRequiredService<ConsoleGate>().Join(app);
        app.Use((context, next) => ErrorAnswer.GuardAsync(context, _ => next(context)));
        app.Use((context, next) => ResponseHeaders.AddAsync(context, _ => next(context)));
        app.Use((context, next) => PathNormalizer.CollapseAsync(context, _ => next(context)));
        app.Use((context, next) => metrics.GuardAsync(context, app, _ => next(context)));
        app.Use((context, next) => Methods.AnswerHeadAsync(context, _ => next(context)));
        app.UseRouting();
        ConsoleHost.Use(app);
        app.MapPost("/oauth/token", app.Services.GetRequiredService<TokenEndpoint>().AnswerAsync);
        var (access, tokens) =
            (app.Services.GetRequiredService<AccessControl>(), app.Services.GetRequiredService<Tokens>());
        foreach (var operation in ApiOperations.All)
        {
            var run = operation.Handle.Bind(app.Services);
            app.MapMethods(operation.Path, [operation.Method], async context =>
                await run(await AuthorizeAsync(context, operation, access, tokens)));
        }
        ConsoleFiles.Map(app);
        ConsoleHost.MapPages(app, ConsoleFiles.Manifest);
        app.Services.GetRequiredService<FailedIngestDownload>().Map(app);
        InvitationPage.Map(app);
        app.Services.GetRequiredService<LookupDownload>().Map(app);
        app.Services.GetRequiredService<FileUrls>().Map(app);
        DocumentationEndpoints.Map(app);
        app.Services.GetRequiredService<HealthEndpoints>().Map(app);
        IngestMetrics.Map(app);
        Methods.RefuseOthers(app);
        // The default pattern does not match paths that look like files.
        app.MapFallback("{*path}", ConsoleParts.AnswerUnknownAsync);
    }

    private static async ValueTask<ApiCall> AuthorizeAsync(
        HttpContext context, ApiOperation operation, AccessControl access, Tokens tokens) =>
        operation.Permission.Scope == PermissionScope.Public
            ? access.Anonymous(context)
            : await access.AuthorizeAsync(
                context, await BearerAuthorization.AuthorizeAsync(context, tokens), operation);
}
