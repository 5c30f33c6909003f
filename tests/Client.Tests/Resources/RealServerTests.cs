using System.Reflection;
using System.Text;

namespace Tallystick.Client.Tests.Resources;

/// <summary>The client and the server understand each other.</summary>
public sealed class RealServerTests(RealServer server) : IAsyncLifetime
{
    public async ValueTask InitializeAsync() => await server.StartAsync();

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task Account_MadeChangedAndDeleted_IsWhatWasSent()
    {
        var accounts = server.Client.Accounts;
        var made = await accounts.CreateAsync(new Account
        {
            Name = "Acme",
            Code = "crud-acme",
            EmailAddress = "billing@acme.example",
            Address = new Address { Country = "DE", Locality = "Köln" },
            BillEpoch = new DateOnly(2026, 1, 31),
            CreditApplicationOrder = [BillCreditType.Prepayment, BillCreditType.Balance],
            CustomFields = new() { ["tier"] = "gold", ["seats"] = 12.5m },
        });

        var changed = await accounts.UpdateAsync(made with { Name = "Acme Ltd" });
        var read = await accounts.GetAsync(made.Id);
        await accounts.DeleteAsync(made.Id);

        (changed.Version, read.Name, read.Address!.Locality).ShouldBe((2, "Acme Ltd", "Köln"));
        read.BillEpoch.ShouldBe(new DateOnly(2026, 1, 31));
        read.CreditApplicationOrder.ShouldBe([BillCreditType.Prepayment, BillCreditType.Balance]);
        read.CustomFields!["seats"].AsNumber().ShouldBe(12.5m);
        read.OtherMembers.ShouldBeNull();
        await Should.ThrowAsync<NotFoundException>(accounts.GetAsync(made.Id));
    }

    [Fact]
    public async Task Prices_OfAPlan_AreExact()
    {
        var client = server.Client;
        var meter = await server.MeterAsync("priced");
        var aggregation = await client.Aggregations.CreateAsync(new Aggregation
        {
            Name = "Calls",
            Code = "priced_calls",
            MeterId = meter.Id,
            TargetField = "n",
            Method = AggregationMethod.Sum,
            QuantityPerUnit = 1,
            Rounding = Rounding.None,
            Unit = "call",
        });
        var template = await client.PlanTemplates.CreateAsync(new PlanTemplate
        {
            Name = "Monthly",
            ProductId = meter.ProductId!,
            Currency = "USD",
            StandingCharge = 20.00m,
            BillFrequency = BillingFrequency.Monthly,
        });
        var plan = await client.Plans.CreateAsync(
            new Plan { Name = "Basic", Code = "priced-basic", PlanTemplateId = template.Id });

        var pricing = await client.Pricings.CreateAsync(new Pricing
        {
            PlanId = plan.Id,
            AggregationId = aggregation.Id,
            StartDate = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero),
            Cumulative = true,
            PricingBands =
            [
                new PricingBand { LowerLimit = 0, FixedPrice = 0, UnitPrice = 0.0000125m },
                new PricingBand { LowerLimit = 100, FixedPrice = 1.5m, UnitPrice = 0.1234567890123456789m },
            ],
        });

        var read = (await client.Pricings.ListAsync(planId: plan.Id).ToListAsync()).Single();
        read.Id.ShouldBe(pricing.Id);
        read.PricingBands.Select(band => band.UnitPrice).ShouldBe([0.0000125m, 0.1234567890123456789m]);
        read.StartDate.ShouldBe(pricing.StartDate);
    }

    [Fact]
    public async Task List_MoreThanAPage_HasEachOnce()
    {
        var products = server.Client.Products;
        foreach (var number in Enumerable.Range(1, 7))
            await products.CreateAsync(new Product { Name = $"Paged {number}", Code = $"paged-{number}" });

        var codes = new List<string>();
        await foreach (var product in products.ListAsync(pageSize: 3))
            codes.Add(product.Code);

        codes.Where(code => code.StartsWith("paged-", StringComparison.Ordinal))
            .ShouldBe(Enumerable.Range(1, 7).Reverse().Select(number => $"paged-{number}"));
        codes.ShouldBeUnique();
    }

    [Fact]
    public async Task Search_MoreThanAPage_HasEachOnce()
    {
        var accounts = server.Client.Accounts;
        foreach (var number in Enumerable.Range(1, 5))
        {
            await accounts.CreateAsync(new Account
            {
                Name = $"Sought {number}",
                Code = $"sought-{number}",
                EmailAddress = "a@b.example",
            });
        }

        var found = await accounts.SearchAsync("name~Sought", pageSize: 2, sortBy: "code", sortOrder: "ASC")
            .ToListAsync();

        found.Select(one => one.Code).ShouldBe(Enumerable.Range(1, 5).Select(number => $"sought-{number}"));
    }

    [Fact]
    public async Task Errors_OfTheServer_HaveTheirTypes()
    {
        var products = server.Client.Products;
        var made = await products.CreateAsync(new Product { Name = "Faulty", Code = "faulty" });
        await products.UpdateAsync(made with { Name = "Newer" });

        var invalid = await Should.ThrowAsync<BadRequestException>(
            products.CreateAsync(new Product { Name = "", Code = " " }));
        invalid.Issues.Select(issue => issue.Path).ShouldBe(["name", "code"], ignoreOrder: true);
        await Should.ThrowAsync<ConflictException>(products.UpdateAsync(made with { Name = "Stale" }));
        await Should.ThrowAsync<ForbiddenException>(
            server.Client.ForOrganization(Guid.Empty.ToString()).Products.GetAsync(made.Id));
        var stranger = new TallystickSettings
        {
            BaseUrl = server.Settings.BaseUrl,
            OrganizationId = server.Settings.OrganizationId,
            AccessKeyId = server.Settings.AccessKeyId,
            ApiSecret = "wrong",
        };
        using var client = new TallystickClient(stranger);
        await Should.ThrowAsync<UnauthorizedException>(client.Products.GetAsync(made.Id));
    }

    [Fact]
    public async Task Singletons_ReadAndWritten_AreUnchanged()
    {
        var client = server.Client;

        var config = await client.OrganizationConfig.GetAsync();
        var updated = await client.OrganizationConfig.UpdateAsync(config);
        var settings = await client.InvoiceSettings.GetAsync();
        await client.InvoiceSettings.UpdateAsync(settings);
        var me = await client.Users.GetMeAsync();

        (updated with { Version = 0, DtLastModified = null, LastModifiedBy = null, CreditApplicationOrder = null })
            .ToString().ShouldBe((config with
            {
                Version = 0,
                DtLastModified = null,
                LastModifiedBy = null,
                CreditApplicationOrder = null,
            }).ToString());
        me.Organization!.Id.ShouldBe(server.Settings.OrganizationId);
        me.ServiceUser.ShouldNotBeNull();
    }

    [Fact]
    public async Task AccessKey_Made_WorksUntilItIsDeactivated()
    {
        var client = server.Client;
        var robot = await client.ServiceUsers.CreateAsync(new ServiceUser { Name = "Robot" });
        var policy = (await client.PermissionPolicies.ListAsync().ToListAsync())
            .First(one => one.ManagedPolicy == true);
        await client.PermissionPolicies.AddToServiceUserAsync(
            policy.Id, new PrincipalPermission { PrincipalId = robot.Id });
        var key = await client.AccessKeys.CreateAsync(robot.Id);
        var settings = new TallystickSettings
        {
            BaseUrl = server.Settings.BaseUrl,
            OrganizationId = server.Settings.OrganizationId,
            AccessKeyId = key.AccessKeyId,
            ApiSecret = key.ApiSecret,
        };
        using var own = new TallystickClient(settings);

        (await own.Users.GetMeAsync()).ServiceUser!.Id.ShouldBe(robot.Id);
        await client.AccessKeys.DeactivateAsync(robot.Id, key.Id);

        using var late = new TallystickClient(new TallystickSettings
        {
            BaseUrl = settings.BaseUrl,
            OrganizationId = settings.OrganizationId,
            AccessKeyId = key.AccessKeyId,
            ApiSecret = key.ApiSecret,
        });
        await Should.ThrowAsync<UnauthorizedException>(late.Users.GetMeAsync());
    }

    [Fact]
    public async Task File_UploadedForAJob_IsDownloadedAgain()
    {
        const string Csv = "account,ts,n,uid\nacme,2026-01-01T00:00:00Z,5,u1\n";
        var client = server.Client;
        var meter = await server.MeterAsync("uploaded");
        var upload = await client.FileUploads.CreateCsvUploadAsync(new MeasurementCsvUploadRequest
        {
            FileName = "usage.csv",
            Meter = meter.Code!,
            ContentLength = Csv.Length,
        });

        await client.UploadAsync(upload.Url!, upload.Headers, new MemoryStream(Encoding.UTF8.GetBytes(Csv)));

        var original = await client.FileUploads.GetOriginalAsync(upload.JobId!);
        using var reader = new StreamReader(await client.DownloadAsync(original.Url!));
        (await reader.ReadToEndAsync()).ShouldBe(Csv);
    }

    /// <summary>Every list that needs no parent can be read.</summary>
    [Fact]
    public async Task Lists_OfAllResources_AreRead()
    {
        var read = 0;
        foreach (var resource in typeof(TallystickClient).GetProperties()
            .Where(property => property.PropertyType.Name.EndsWith("Client", StringComparison.Ordinal)))
        {
            foreach (var method in resource.PropertyType.GetMethods().Where(IsListWithoutParent))
            {
                var arguments = method.GetParameters().Select(one => one.DefaultValue).ToArray();
                arguments[^1] = CancellationToken.None;
                var list = method.Invoke(resource.GetValue(server.Client), arguments)!;
                var getPage = list.GetType().GetMethod("GetPageAsync")!;
                try
                {
                    await (Task)getPage.Invoke(list, [null, CancellationToken.None])!;
                    read++;
                }
                catch (BadRequestException error) when (error.Code == "required")
                {
                    // Cannot be read without a filter.
                }
            }
        }
        read.ShouldBeGreaterThan(35);
    }

    private static bool IsListWithoutParent(MethodInfo method) =>
        method.ReturnType.IsGenericType && method.ReturnType.GetGenericTypeDefinition() == typeof(PagedList<>)
        && method.GetParameters().All(parameter => parameter.IsOptional);
}
